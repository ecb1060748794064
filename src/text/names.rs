//! Names of units, people, teams and headers, made comparable.

/// The key under which two spellings of one name meet: full-width to half-width, spaces and line breaks gone,
/// brackets in one form, letters in lower case. Never drops a character that could tell two names apart.
pub fn match_key(name: &str) -> String {
    let _ = name;
    todo!()
}
