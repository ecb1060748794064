//! A definition of twice the length takes at most 2.3 times the room to read, whatever it has twice of.

use super::*;
use crate::counted;

/// The sound definition with so many fields, rules, measures, codes and terms of a condition more.
fn longer([fields, rules, measures, codes, terms]: [usize; 5]) -> String {
    let each = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let more = each(fields, &|n| format!("  {{ name = \"栏{n}\", type = \"integer\" }},\n"));
    let values = each(codes, &|n| format!(", \"类{n}\""));
    let also = each(codes, &|n| format!(", \"别{n}\" = \"类{n}\""));
    let counts = each(measures, &|n| format!(", {{ name = \"个数{n}\", count = \"team\", where = \"人数 > {n}\" }}"));
    let rule = |code: String, check: String| {
        format!(
            "[[form.rule]]\ncode = \"{code}\"\nseverity = \"block\"\ncheck = \"{check}\"\nfound = \"{{人数}}\"\n\
             expected = \"多\"\nnext = \"改\"\ncells = [\"人数\"]\n\n"
        )
    };
    let all = each(rules, &|n| rule(format!("more-than-{n}"), format!("人数 > {n}")));
    let long = rule("long".to_owned(), format!("人数 > 0{}", each(terms, &|n| format!(" AND 人数 <> {}", n + 1))));
    let text = SOUND
        .replacen("  { name = \"类别\"", &format!("{more}  {{ name = \"类别\""), 1)
        .replacen("\"备选\"]", &format!("\"备选\"{values}]"), 1)
        .replacen("\"备用\" = \"备选\"", &format!("\"备用\" = \"备选\"{also}"), 1)
        .replacen("count = \"team\" }]", &format!("count = \"team\" }}{counts}]"), 1);
    text.replacen("[[lookup]]", &format!("{all}{long}[[lookup]]"), 1)
}

#[test]
fn twice_the_definition_takes_twice_the_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trial").join("pipeline.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let bytes = |counts: [usize; 5]| {
        std::fs::write(&path, longer(counts)).unwrap();
        let (mut taken, mut problems) = (0, Vec::new());
        // On this very thread, whose bytes are counted.
        crate::language::with_room(|| {
            [taken, _] = counted::work(|| problems = read_all(&path).map_or_else(|problems| problems, |_| Vec::new()));
        });
        assert!(problems.is_empty(), "{}", crate::definition::diagnostic::render(&problems, false));
        taken
    };
    bytes([0; 5]);
    for (at, what) in ["fields", "rules", "measures", "codes", "terms"].into_iter().enumerate() {
        let [one, two, four] = [40, 80, 160].map(|count| {
            let mut counts = [0; 5];
            counts[at] = count;
            bytes(counts)
        });
        println!("{what}: {one} {two} {four}");
        assert!((four - two) * 10 <= (two - one) * 23, "{what}: {one}, {two}, {four} bytes");
    }
}
