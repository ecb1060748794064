//! The run as a table of contents: ingest → normalise → validate → compute → write.
