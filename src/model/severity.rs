//! How much a finding weighs.

/// How much a finding weighs. Ordered: `Block` first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// 必改: must be mended; what it stands on does not count until it is.
    Block,
    /// 核实: possible but doubtful, someone decides; whether it counts until then is said apart ([`super::Effect`]).
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
