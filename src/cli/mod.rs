//! Arguments, exit codes, words for people.
