//! How a workbook of results is known again, wherever it lies and whatever program saved it anew.

/// Stands among the keywords of the document's properties, which Excel, WPS and LibreOffice keep when they save.
pub const RESULTS: &str = "huizong-results";
