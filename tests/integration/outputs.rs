//! Which output may hold what of a person, in one table; and every output that may not hold numbers is scanned whole.

use super::support::{Results, all_bytes, huizong, root, said, shipped_reference};
use super::workshop::{folder, page, run_on, text, xlsx};
use huizong::text::width::narrow;
use std::path::Path;

/// What an output may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Personal {
    /// Ends of the names of these outputs, as README writes them.
    outputs: &'static [&'static str],
    id_numbers: bool,
    telephones: bool,
    names: &'static str,
}

/// The table that README shows.
const OUTPUTS: [Personal; 4] = [
    Personal {
        outputs: &["…_处理意见.xlsx", "明细/…_审核问题.xlsx", "明细/…_数据版.xlsx", "明细/data/*.parquet"],
        id_numbers: true,
        telephones: true,
        names: "yes",
    },
    // Whom to call about a return, and no other number.
    Personal { outputs: &["…_催报.xlsx"], id_numbers: false, telephones: true, names: "yes" },
    Personal {
        outputs: &[
            "…_呈报版.xlsx",
            "…_更正说明.xlsx",
            "明细/…_工作版.xlsx",
            "明细/…_通报.docx",
            "明细/…_通报.txt",
            "明细/…_催报.txt",
            "明细/findings.ndjson",
        ],
        id_numbers: false,
        telephones: false,
        names: "yes",
    },
    Personal { outputs: &["明细/run.json"], id_numbers: false, telephones: false, names: "in names of files" },
];

impl Personal {
    /// The row that an output stands in.
    fn of(name: &str) -> Personal {
        let is = |pattern: &&str| match pattern.split_once(['*', '…']) {
            Some((before, behind)) => name.starts_with(before) && name.ends_with(behind),
            None => name == *pattern,
        };
        let row = OUTPUTS.into_iter().find(|row| row.outputs.iter().any(&is));
        row.unwrap_or_else(|| panic!("{name} stands in no row of the table"))
    }

    fn line(&self) -> String {
        let named: Vec<String> = self.outputs.iter().map(|name| format!("`{name}`")).collect();
        let word = |may: bool| if may { "yes" } else { "masked" };
        format!("| {} | {} | {} | {} |", named.join(", "), word(self.id_numbers), word(self.telephones), self.names)
    }
}

/// Numbers of nobody, and how they are spelled in the returns.
const SEEDS: [(&str, &str); 14] = [
    ("349901197001011239", "349901197001011239"),
    ("349901198102022342", "349901 19810202 2342"),
    ("34990119920303345X", "３４９９０１１９９２０３０３３４５Ｘ"),
    ("349901196504044568", "3499\u{200b}0119\u{200b}6504\u{200b}0445\u{200b}68"),
    ("349901197705055675", "349901  1977  0505  5675"),
    ("349901198806066783", "349901.19880606.6783"),
    ("349901199007077890", "349901-1990-0707-7890"),
    ("13955512345", "13955512345"),
    ("18605519876", "186 0551 9876 8012"),
    ("15255567890", "152.5556.7890"),
    ("13635512222", "+86136-3551-2222"),
    ("055162345678", "(0551)62345678"),
    ("05516234567", "0551-6234567"),
    ("18955108888", "一八九五五一零八八八八"),
];

fn spelled(at: usize) -> &'static str {
    SEEDS[at % SEEDS.len()].1
}

/// A return with such a number in every field of words, on its cover, in its footer and in a sheet's name.
fn seeded() -> Vec<u8> {
    const FIELDS: [&str; 9] =
        ["推荐单位", "所在单位", "班组名称", "申报称号", "班组长", "曾获荣誉", "公示开始", "人数", "备注"];
    let mut book = page("合肥市总工会", 2 * SEEDS.len() as u32);
    for record in 0..2 * SEEDS.len() {
        let field = FIELDS[record % FIELDS.len()];
        book = book.with(record, field, text(&format!("王工{}", spelled(record))));
        // In a long cell, a row that counts: lists and the leadership workbook quote it.
        let long = format!("{}（{}）{}", "说明".repeat(60), spelled(record + 5), "等".repeat(60));
        book = book.with(record, "备注", text(&long));
    }
    book.rows[1].push(text(&format!("联系电话：{}", spelled(8))));
    book.rows.push(vec![text("填表人："), text("王工"), text("联系电话："), text(spelled(11))]);
    book.name = format!("表{}", spelled(7));
    xlsx(&[book])
}

/// All text of an output: the parts of a workbook unzipped, everything else as it is.
fn whole(name: &str, bytes: &[u8]) -> String {
    if ![".xlsx", ".docx"].iter().any(|end| name.ends_with(end)) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut all = String::new();
    for at in 0..archive.len() {
        let mut part = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_index(at).expect("a part"), &mut part).expect("readable");
        all += &String::from_utf8_lossy(&part);
        all.push('\n');
    }
    all
}

/// Tells none of the numbers, as they were spelled or with whatever between their digits.
fn tells_none(output: &str, text: &str) {
    tells_none_of(&SEEDS, output, text);
}

/// Seeds that are ID numbers come first.
const IDS: usize = 7;

fn tells_none_of(seeds: &[(&str, &str)], output: &str, text: &str) {
    let narrowed: Vec<char> = narrow(text).chars().collect();
    let at: Vec<usize> = (0..narrowed.len()).filter(|at| narrowed[*at].is_ascii_digit()).collect();
    let digits: String = at.iter().map(|at| narrowed[*at]).collect();
    for (number, spelled) in seeds {
        assert!(!text.contains(spelled), "{output} tells {spelled}");
        let bare = number.trim_end_matches('X');
        if let Some(found) = digits.find(bare) {
            let told: String = narrowed[at[found].saturating_sub(80)..at[found + bare.len() - 1]].iter().collect();
            panic!("{output} tells {number}: {told}");
        }
    }
}

fn scan(results: &Results) {
    assert!(matches!(results.said.code, 0 | 1), "{}", results.said.err);
    let outputs = all_bytes(results.folder.path());
    assert!(outputs.len() > 5, "{:?}", outputs.keys());
    let mut scanned = 0;
    for (name, bytes) in &outputs {
        let personal = Personal::of(name);
        if !personal.id_numbers {
            let seeds = if personal.telephones { &SEEDS[..IDS] } else { &SEEDS[..] };
            tells_none_of(seeds, name, &whole(name, bytes));
            scanned += 1;
        }
    }
    assert!(scanned >= 5, "{:?}", outputs.keys());
    tells_none("standard output", &results.said.out);
    tells_none("standard error", &results.said.err);
}

#[test]
fn the_table_of_outputs_is_the_one_in_readme() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    for row in OUTPUTS {
        assert!(readme.contains(&row.line()), "README lacks: {}", row.line());
    }
}

#[test]
fn outputs_that_must_not_hold_numbers_hold_none_however_they_are_spelled() {
    let name = |at: usize| spelled(at).replace(['\u{200b}', '/'], "");
    let book = seeded();
    let returns = folder(&[
        (&format!("合肥{}/合肥市总工会{}.xlsx", name(8), name(1)), &book),
        (&format!("合肥{}/破损{}.xlsx", name(9), name(5)), &book[..book.len() / 2]),
        ("淮北/淮北市总工会.xlsx", &xlsx(&[page("淮北市总工会", 2)])),
    ]);
    let results = run_on(returns.path(), &[]);
    scan(&results);
    // The officer who must mend it sees the real thing.
    let officer = whole("审核问题.xlsx", &std::fs::read(results.ending("_审核问题.xlsx")).expect("written"));
    assert!(SEEDS.iter().filter(|(_, spelled)| officer.contains(spelled)).count() > SEEDS.len() / 2);
}

/// The project's definitions in a folder of their own, one file changed.
fn project(file: &str, change: impl Fn(&str) -> String) -> tempfile::TempDir {
    let ours = tempfile::tempdir().expect("a temporary folder");
    shipped_reference(&ours.path().join("reference"));
    std::fs::create_dir_all(ours.path().join("model-teams")).expect("a folder");
    let definition = "model-teams/pipeline.toml";
    std::fs::copy(root().join("pipelines").join(definition), ours.path().join(definition)).expect("a copy");
    let path = ours.path().join(file);
    let text = std::fs::read_to_string(&path).expect("UTF-8");
    let changed = change(&text);
    assert_ne!(text, changed);
    std::fs::write(path, changed).expect("written");
    ours
}

#[test]
fn mistakes_in_definitions_and_reference_tables_are_told_without_the_numbers_in_them() {
    let word = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    for (_, spelled) in SEEDS {
        let superior = |text: &str| text.replacen("合肥总工会,,", &format!("合肥总工会,{spelled},"), 1);
        let unit =
            |text: &str| format!("{text}{spelled},{spelled}工会,{spelled},{spelled},省,没有的渠道{spelled},,,,x,y,,\n");
        let definition = |text: &str| format!("{text}\n\"联系{spelled}\" = \"{spelled}\"\n");
        let out = tempfile::tempdir().expect("a temporary folder");
        for (file, ours) in [
            ("roster", project("reference/单位名册.csv", superior)),
            ("roster", project("reference/单位名册.csv", unit)),
            ("definition", project("model-teams/pipeline.toml", definition)),
        ] {
            let (pipelines, out) = (word(ours.path()), word(out.path()));
            for args in [
                &["run", "model-teams", "--pipelines", &pipelines, "--out", &out, "--quiet"][..],
                &["lint", "--pipelines", &pipelines],
            ] {
                let said = said(huizong(args).output().expect("the program starts"));
                assert!(said.code > 1 || !said.out.is_empty(), "{file}, {args:?}: {}", said.err);
                tells_none(file, &said.out);
                tells_none(file, &said.err);
            }
        }
    }
}
