//! The schemas of `pipeline.toml` and the files beside it for editors (taplo, Even Better TOML): JSON Schema draft 7, written from the same keys that
//! the reader looks up. It says what may stand where; what an expression, an id or a name means, only the reader knows.

use super::keys::words::WORDS;
use super::keys::{DOCUMENT, INCLUDED};
use super::shape::{KeyHolds, SectionKey, Shape};
use serde_json::{Map, Value, json};

/// Files that have a schema, by the name that they usually have.
pub const FILES: [&str; 3] = ["pipeline.toml", "words.toml", "codes.toml"];

/// The whole schema of such a file as text, the same on every machine; `None` for any other.
pub fn schema(file: &str) -> Option<String> {
    let (shape, what) = match file {
        "pipeline.toml" => (&DOCUMENT, "流程定义：一项上报工作的表式、审核规则、名额、比例和统计表"),
        "words.toml" => (&WORDS, "认报表的词：样表、作废、修订、补报等"),
        "codes.toml" => (&INCLUDED, "各流程共用的代码表"),
        _ => return None,
    };
    let mut schema = table(shape);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!(file);
    schema["description"] = json!(format!("{what}。改完运行 huizong lint 检查。"));
    // What is made of texts and numbers alone cannot fail to be written.
    serde_json::to_string_pretty(&schema).map(|text| text + "\n").ok()
}

fn table(shape: &Shape) -> Value {
    let Some(names) = shape.names else {
        let keys: Map<String, Value> = shape.keys.iter().map(|key| (key.name.to_owned(), described(key))).collect();
        let required: Vec<&str> = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
        return json!({ "type": "object", "properties": keys, "required": required, "additionalProperties": false });
    };
    json!({ "type": "object", "additionalProperties": value(names) })
}

fn described(key: &SectionKey) -> Value {
    let mut schema = value(&key.holds);
    schema["description"] = json!(key.says);
    schema
}

fn value(holds: &KeyHolds) -> Value {
    match holds {
        KeyHolds::Text => json!({ "type": "string" }),
        KeyHolds::Word(words) => json!({ "type": "string", "enum": words }),
        KeyHolds::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        KeyHolds::TextLists => json!({ "type": "array", "items": { "type": "array", "items": { "type": "string" } } }),
        KeyHolds::Whole => json!({ "type": "integer", "minimum": 0 }),
        KeyHolds::Number => json!({ "type": "number" }),
        KeyHolds::Truth => json!({ "type": "boolean" }),
        KeyHolds::Table(shape) => table(shape),
        KeyHolds::Tables(shape) => json!({ "type": "array", "items": table(shape) }),
        KeyHolds::Any(holds) => json!({ "anyOf": holds.iter().map(value).collect::<Vec<Value>>() }),
    }
}
