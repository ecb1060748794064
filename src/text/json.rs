//! JSON as the lists of a run hold it: records that borrow their words, written as they are made.

use super::quote::for_json;
use serde_core::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use std::io::{self, Write};

/// A value that borrows its texts. The keys of an object stand in the order of the alphabet, as those of [`Value`] do.
pub enum Json<'a> {
    Null,
    Truth(bool),
    Count(u64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(&'a str, Json<'a>)>),
    /// What is rare enough to be made the usual way.
    Value(Value),
}

impl<'a> Json<'a> {
    pub fn object<const N: usize>(entries: [(&'a str, Json<'a>); N]) -> Json<'a> {
        Json::Object(entries.into())
    }

    pub fn list(values: impl IntoIterator<Item = impl Into<Json<'a>>>) -> Json<'a> {
        Json::List(values.into_iter().map(Into::into).collect())
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Truth(truth) => serializer.serialize_bool(*truth),
            Json::Count(count) => serializer.serialize_u64(*count),
            Json::Text(text) => serializer.serialize_str(text),
            Json::List(values) => serializer.collect_seq(values),
            Json::Object(entries) => {
                let mut object = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    object.serialize_entry(key, value)?;
                }
                object.end()
            }
            Json::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'a, T: Into<Json<'a>>> From<Option<T>> for Json<'a> {
    fn from(value: Option<T>) -> Json<'a> {
        value.map_or(Json::Null, Into::into)
    }
}

impl From<bool> for Json<'_> {
    fn from(truth: bool) -> Self {
        Json::Truth(truth)
    }
}

impl From<u32> for Json<'_> {
    fn from(count: u32) -> Self {
        Json::Count(count.into())
    }
}

impl From<u64> for Json<'_> {
    fn from(count: u64) -> Self {
        Json::Count(count)
    }
}

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Json::Text(text.into())
    }
}

impl From<String> for Json<'_> {
    fn from(text: String) -> Self {
        Json::Text(text.into())
    }
}

impl<'a> From<Cow<'a, str>> for Json<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Json::Text(text)
    }
}

impl From<Value> for Json<'_> {
    fn from(value: Value) -> Self {
        Json::Value(value)
    }
}

/// A list whose values are made as they are written.
pub struct Each<'a, T, F>(&'a [T], F);

impl<'a, T, V: Serialize, F: Fn(&'a T) -> V> Each<'a, T, F> {
    pub fn of(all: &'a [T], make: F) -> Each<'a, T, F> {
        Each(all, make)
    }
}

impl<'a, T, V: Serialize, F: Fn(&'a T) -> V> Serialize for Each<'a, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

/// Bytes that are looked through and passed on at a time.
const SOME: usize = 1 << 15;

/// JSON on its way into a file: what acts is escaped, where JSON itself would let it stand. Serializers write whole characters
/// at a time.
pub struct JsonFile<W> {
    target: W,
    waiting: Vec<u8>,
}

impl<W: Write> JsonFile<W> {
    pub fn new(target: W) -> JsonFile<W> {
        JsonFile { target, waiting: Vec::with_capacity(SOME * 2) }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let text = simdutf8::basic::from_utf8(&self.waiting)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.target.write_all(for_json(text).as_bytes())?;
        self.waiting.clear();
        Ok(())
    }
}

impl<W: Write> Write for JsonFile<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= SOME { self.pass_on() } else { Ok(()) }
    }

    /// Passes on what waits; nothing does so by itself.
    fn flush(&mut self) -> io::Result<()> {
        self.pass_on()?;
        self.target.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_record_says_what_a_value_says() {
        let record = Json::object([
            ("a", Json::Null),
            ("b", Json::list(["甲", "乙\u{2028}\"\n"])),
            ("c", Json::object([])),
            ("d", Json::list(Vec::<u32>::new())),
            ("e", Some(7u64).into()),
            ("f", json!({ "x": [1.5, true] }).into()),
            ("g", false.into()),
        ]);
        let value = json!({ "a": null, "b": ["甲", "乙\u{2028}\"\n"], "c": {}, "d": [], "e": 7, "f": { "x": [1.5, true] }, "g": false });
        let mut file = JsonFile::new(Vec::new());
        serde_json::to_writer_pretty(&mut file, &record).unwrap();
        file.flush().unwrap();
        let expected = serde_json::to_string_pretty(&value).unwrap().replace('\u{2028}', "\\u2028");
        assert_eq!(String::from_utf8(file.target).unwrap(), expected);
    }

    #[test]
    fn what_acts_is_escaped_wherever_a_part_ends() {
        for before in SOME - 8..SOME + 8 {
            let text = format!("{}\u{202e}乙", "a".repeat(before));
            let mut file = JsonFile::new(Vec::new());
            serde_json::to_writer(&mut file, &text).unwrap();
            file.flush().unwrap();
            let written = String::from_utf8(file.target).unwrap();
            assert!(written.ends_with("a\\u202e乙\"") && written.len() == before + 11, "{before}");
        }
    }
}
