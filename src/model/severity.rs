//! How much a finding weighs.

/// How much a finding weighs. Ordered: `Block` first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// 必改: the row (or return) does not count until it is mended.
    Block,
    /// 核实: counts, until someone decides.
    Verify,
    /// 提示: a remark.
    Note,
}

impl Severity {
    /// The Chinese word on every output.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Block => "必改",
            Severity::Verify => "核实",
            Severity::Note => "提示",
        }
    }

    /// The English key in definitions and `findings.ndjson`.
    pub fn key(self) -> &'static str {
        match self {
            Severity::Block => "block",
            Severity::Verify => "verify",
            Severity::Note => "note",
        }
    }
}
