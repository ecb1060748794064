//! The schemas of definitions for editors: they stand beside them as the program writes them, have the keys that the reader
//! asks for and no other, take every definition that the reader takes, and refuse what it refuses.
//!
//! `HUIZONG_UPDATE=1 cargo test --release --test integration schema` writes the files anew.

use super::support::{root, say};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use syn::visit::{self, Visit};

/// The files with a schema, and where it stands.
const FILES: [(&str, &str); 3] = [
    ("pipeline.toml", "pipelines/pipeline.schema.json"),
    ("words.toml", "pipelines/words.schema.json"),
    ("codes.toml", "pipelines/reference/codes.schema.json"),
];

fn schema(file: &str) -> Value {
    serde_json::from_str(&say(&["lint", "--schema", file]).out).expect("JSON")
}

#[test]
fn the_shipped_schemas_are_what_the_program_writes() {
    for (file, stands) in FILES {
        let said = say(&["lint", "--schema", file]);
        assert_eq!(said.code, 0, "{}", said.err);
        let path = root().join(stands);
        if std::env::var_os("HUIZONG_UPDATE").is_some() {
            std::fs::write(&path, &said.out).expect("the schema");
        }
        let shipped = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(shipped == said.out, "write it anew: huizong lint --schema {file} > {stands}");
    }
    assert_eq!(say(&["lint", "--schema"]).out, say(&["lint", "--schema", "pipeline.toml"]).out);
    assert_eq!(say(&["lint", "--schema", "model-teams"]).code, 2);
}

/// Names of keys that a section of the reader is asked for, and every text in its code.
#[derive(Default)]
struct Asked {
    keys: BTreeSet<String>,
    texts: BTreeSet<String>,
}

impl Visit<'_> for Asked {
    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        const ASKS: [&str; 12] = [
            "get",
            "need",
            "need_list",
            "word",
            "maybe_word",
            "text",
            "words",
            "texts",
            "flag",
            "sections",
            "choice",
            "choice_or",
        ];
        if let (true, Some(syn::Expr::Lit(literal))) =
            (ASKS.contains(&call.method.to_string().as_str()), call.args.first())
            && let syn::Lit::Str(key) = &literal.lit
        {
            self.keys.insert(key.value());
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_lit_str(&mut self, text: &syn::LitStr) {
        self.texts.insert(text.value());
    }

    fn visit_item_mod(&mut self, _: &syn::ItemMod) {}
}

/// Every key that some section of the schema has.
fn keys(schema: &Value, into: &mut BTreeSet<String>) {
    let Some(parts) = schema.as_object() else { return };
    for (name, part) in parts {
        match (name.as_str(), part) {
            ("properties", Value::Object(properties)) => {
                for (key, value) in properties {
                    into.insert(key.clone());
                    keys(value, into);
                }
            }
            ("anyOf", Value::Array(ways)) => ways.iter().for_each(|way| keys(way, into)),
            _ => keys(part, into),
        }
    }
}

#[test]
fn the_reader_asks_for_the_keys_of_the_schema_and_no_other() {
    let mut asked = Asked::default();
    let folder = root().join("src/definition/read");
    let files = std::fs::read_dir(&folder).expect("the reader").flatten().map(|entry| entry.path());
    for path in files.chain([root().join("src/definition/read.rs")]).filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(&path).expect("a source file");
        asked.visit_file(&syn::parse_file(&text).expect("Rust"));
    }
    let mut known = BTreeSet::new();
    FILES.iter().for_each(|(file, _)| keys(&schema(file), &mut known));
    assert!(known.len() > 100 && asked.keys.len() > 80, "{} {}", known.len(), asked.keys.len());
    let unknown: Vec<&String> = asked.keys.difference(&known).collect();
    assert!(unknown.is_empty(), "asked for, and in no section's keys: {unknown:?}");
    let idle: Vec<&String> = known.difference(&asked.texts).collect();
    assert!(idle.is_empty(), "in the schema, and nobody asks for it: {idle:?}");
}

/// What a schema says against a value; a word of JSON Schema that is not known here is a mistake of the test.
fn against(schema: &Value, value: &toml::Value, at: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (word, wanted) in schema.as_object().expect("a schema") {
        match word.as_str() {
            "$schema" | "title" | "description" => {}
            "type" => {
                let is = match wanted.as_str().expect("a type") {
                    "object" => value.is_table(),
                    "array" => value.is_array(),
                    "string" => value.is_str(),
                    "integer" => value.is_integer(),
                    "number" => value.is_integer() || value.is_float(),
                    "boolean" => value.is_bool(),
                    other => panic!("{other}"),
                };
                if !is {
                    wrong.push(format!("{at}: no {wanted}"));
                }
            }
            "enum" => {
                let known = wanted.as_array().expect("words").iter().filter_map(Value::as_str);
                if value.as_str().is_some_and(|value| known.clone().all(|known| known != value)) {
                    wrong.push(format!("{at}: {value:?} is none of {wanted}"));
                }
            }
            "minimum" => {
                if value.as_integer().is_some_and(|value| value < wanted.as_i64().expect("a bound")) {
                    wrong.push(format!("{at}: {value:?} is less than {wanted}"));
                }
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    wrong.extend(against(wanted, item, &format!("{at}[{index}]")));
                }
            }
            "anyOf" => {
                let ways: Vec<Vec<String>> =
                    wanted.as_array().expect("ways").iter().map(|way| against(way, value, at)).collect();
                if ways.iter().all(|way| !way.is_empty()) {
                    wrong.extend(ways.concat());
                }
            }
            "required" => {
                let keys = wanted.as_array().expect("keys").iter().filter_map(Value::as_str);
                let missing = keys.filter(|key| value.as_table().is_some_and(|table| !table.contains_key(*key)));
                wrong.extend(missing.map(|key| format!("{at}: no {key}")));
            }
            "properties" | "additionalProperties" => {
                let known = &schema["properties"];
                for (key, inner) in value.as_table().into_iter().flatten() {
                    let at = format!("{at}.{key}");
                    match (word == "properties", known.get(key), wanted) {
                        (true, Some(known), _) => wrong.extend(against(known, inner, &at)),
                        (false, None, Value::Bool(false)) => wrong.push(format!("{at}: not known here")),
                        (false, None, names) => wrong.extend(against(names, inner, &at)),
                        _ => {}
                    }
                }
            }
            other => panic!("{other}"),
        }
    }
    wrong
}

fn definition(path: &Path) -> (String, toml::Value) {
    let text = std::fs::read_to_string(path).expect("a definition");
    let value = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (text, value)
}

#[test]
fn the_shipped_definitions_name_their_schema_and_keep_to_it() {
    let folders = std::fs::read_dir(root().join("pipelines")).expect("pipelines").flatten();
    let definitions: Vec<_> =
        folders.map(|entry| entry.path().join("pipeline.toml")).filter(|path| path.is_file()).collect();
    assert_eq!(definitions.len(), 6);
    let others = ["pipelines/words.toml", "pipelines/reference/codes.toml"].map(|path| root().join(path));
    for path in definitions.iter().chain(&others) {
        let (text, value) = definition(path);
        let stands = text.lines().next().and_then(|first| first.strip_prefix("#:schema ")).unwrap_or_default();
        let schema = std::fs::read_to_string(path.with_file_name(stands)).expect("its schema");
        let schema = serde_json::from_str(&schema).expect("JSON");
        assert_eq!(against(&schema, &value, ""), Vec::<String>::new(), "{}", path.display());
    }
}

/// Definitions with mistakes that an editor can see, and one with none of these.
#[test]
fn the_schema_refuses_keys_words_and_kinds_that_the_reader_refuses() {
    let schema = schema("pipeline.toml");
    let mut refused = 0;
    for entry in std::fs::read_dir(root().join("tests/definitions")).expect("definitions").flatten() {
        let path = entry.path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let Ok(value) = toml::from_str::<toml::Value>(&text) else { continue };
        let wrong = against(&schema, &value, "");
        let seen = |code: &str| text.contains(&format!(" {code}: "));
        // What stands under a wrong type or an unknown word may be one of those that depend on what else is said.
        if seen("unknown-key") || seen("unknown-word") {
            assert!(!wrong.is_empty(), "{}", path.display());
            refused += 1;
        }
    }
    assert!(refused > 3, "{refused}");
}
