//! Small workbooks in memory, and the formats that this program can write itself: xlsx, csv, an HTML page and
//! XML-2003 saved as `.xls`, and a zip whose member names are GBK. Knows nothing of any return.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// What stands in one cell, as the sender typed it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum SampleValue {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    /// An Excel serial shown as a date.
    Date(i32),
}

impl SampleValue {
    pub fn text(text: &str) -> SampleValue {
        if text.is_empty() { SampleValue::Empty } else { SampleValue::Text(text.to_string()) }
    }

    /// As a plain-text format shows it.
    pub fn shown(&self) -> String {
        match self {
            SampleValue::Empty => String::new(),
            SampleValue::Text(text) => text.clone(),
            SampleValue::Number(number) => format!("{number}"),
            SampleValue::Date(serial) => {
                let (y, m, d) = civil(*serial);
                format!("{y}-{m:02}-{d:02}")
            }
        }
    }
}

/// Excel's serial of a day from 1900-03-01 on.
pub fn serial(year: i32, month: i32, day: i32) -> i32 {
    // Days from civil (Hinnant), shifted so that 1970-01-01 is 25569.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y - era * 400;
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468 + 25_569
}

/// The year, month and day of a serial.
pub fn civil(serial: i32) -> (i32, i32, i32) {
    let z = serial - 25_569 + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z - era * 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    (yoe + era * 400 + i32::from(month <= 2), month, day)
}

/// One sheet.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub name: String,
    pub rows: Vec<Vec<SampleValue>>,
    /// (first row, first column, last row, last column), 0-based.
    pub merges: Vec<(u32, u16, u32, u16)>,
    pub hidden: bool,
    /// Rows in bold with a border (headers), 0-based from..to.
    pub head: (u32, u32),
}

/// The workbook as `.xlsx`; the same bytes each time.
pub fn xlsx(pages: &[Page]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created).set_author("样例"));
    let head = Format::new()
        .set_bold()
        .set_border(FormatBorder::Thin)
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter);
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for page in pages {
        let sheet = book.add_worksheet();
        sheet.set_name(&page.name)?;
        sheet.set_hidden(page.hidden);
        draw(sheet, page, &head, &date)?;
    }
    book.save_to_buffer()
}

fn draw(sheet: &mut Worksheet, page: &Page, head: &Format, date: &Format) -> Result<(), XlsxError> {
    // A merged region is written first: its top left cell is then written over, which keeps the region.
    for (r1, c1, r2, c2) in &page.merges {
        sheet.merge_range(*r1, *c1, *r2, *c2, "", head)?;
    }
    for (r, row) in (0u32..).zip(&page.rows) {
        let in_head = r >= page.head.0 && r < page.head.1;
        for (c, value) in (0u16..).zip(row) {
            match value {
                SampleValue::Empty => continue,
                SampleValue::Text(text) if in_head => sheet.write_string_with_format(r, c, text, head)?,
                SampleValue::Text(text) => sheet.write_string(r, c, text)?,
                SampleValue::Number(number) => sheet.write_number(r, c, *number)?,
                SampleValue::Date(serial) => sheet.write_number_with_format(r, c, f64::from(*serial), date)?,
            };
        }
    }
    Ok(())
}

/// How a text file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8Bom,
    Gb18030,
}

/// The first page as comma-separated text.
pub fn csv(page: &Page, encoding: Encoding) -> Vec<u8> {
    let width = page.rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = String::new();
    for row in &page.rows {
        let cells: Vec<String> =
            (0..width).map(|c| quoted(&row.get(c).map(SampleValue::shown).unwrap_or_default())).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    match encoding {
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Utf8Bom => [b"\xEF\xBB\xBF".as_slice(), text.as_bytes()].concat(),
        Encoding::Gb18030 => encoding_rs::GB18030.encode(&text).0.into_owned(),
    }
}

/// A field of a comma-separated file.
pub fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_string() }
}

/// The page as an HTML table, as older systems export it under the name `.xls`.
pub fn html(page: &Page) -> Vec<u8> {
    let mut text = String::from(
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\r\n<head><meta http-equiv=\"Content-Type\" \
         content=\"text/html; charset=gb2312\"></head>\r\n<body><table border=\"1\">\r\n",
    );
    for (r, row) in (0u32..).zip(&page.rows) {
        text.push_str("<tr>");
        for (c, value) in (0u16..).zip(row) {
            let inside = |m: &&(u32, u16, u32, u16)| m.0 <= r && r <= m.2 && m.1 <= c && c <= m.3;
            match page.merges.iter().find(inside) {
                Some(m) if (m.0, m.1) != (r, c) => {}
                Some(m) => {
                    let (rows, columns) = (m.2 - m.0 + 1, m.3 - m.1 + 1);
                    let shown = escaped(&value.shown());
                    text.push_str(&format!("<td rowspan=\"{rows}\" colspan=\"{columns}\">{shown}</td>"));
                }
                None => text.push_str(&format!("<td>{}</td>", escaped(&value.shown()))),
            }
        }
        text.push_str("</tr>\r\n");
    }
    text.push_str("</table></body></html>\r\n");
    encoding_rs::GBK.encode(&text).0.into_owned()
}

/// The pages as an XML spreadsheet of 2003 (SpreadsheetML), often saved as `.xls`.
pub fn xml_2003(pages: &[Page]) -> Vec<u8> {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook \
         xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\n\
         <Styles><Style ss:ID=\"d\"><NumberFormat ss:Format=\"yyyy-mm-dd\"/></Style></Styles>\n",
    );
    for page in pages {
        text.push_str(&format!("<Worksheet ss:Name=\"{}\"><Table>\n", escaped(&page.name)));
        for (r, row) in (0u32..).zip(&page.rows) {
            text.push_str("<Row>");
            for (c, value) in (0u16..).zip(row) {
                text.push_str(&xml_cell(page, r, c, value));
            }
            text.push_str("</Row>\n");
        }
        text.push_str("</Table></Worksheet>\n");
    }
    text.push_str("</Workbook>\n");
    text.into_bytes()
}

fn xml_cell(page: &Page, r: u32, c: u16, value: &SampleValue) -> String {
    let (kind, style, shown) = match value {
        // Empty cells are left out; the next one says its own index.
        SampleValue::Empty => return String::new(),
        SampleValue::Text(text) => ("String", "", escaped(text)),
        SampleValue::Number(number) => ("Number", "", format!("{number}")),
        SampleValue::Date(_) => ("DateTime", " ss:StyleID=\"d\"", format!("{}T00:00:00.000", value.shown())),
    };
    let merge = page.merges.iter().find(|m| (m.0, m.1) == (r, c));
    let across =
        merge.map_or(String::new(), |m| format!(" ss:MergeAcross=\"{}\" ss:MergeDown=\"{}\"", m.3 - m.1, m.2 - m.0));
    format!("<Cell ss:Index=\"{}\"{style}{across}><Data ss:Type=\"{kind}\">{shown}</Data></Cell>", c + 1)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A zip as Chinese Windows packs it: member names in GBK without the UTF-8 flag. Members are stored, not deflated.
pub fn gbk_zip(members: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let name = encoding_rs::GBK.encode(name).0.into_owned();
        // Needed version 2.0, no flags, stored, 2026-03-20 10:00.
        let mut common = vec![20, 0, 0, 0, 0, 0];
        common.extend([0x00, 0x50, 0x74, 0x5C]);
        common.extend(crc32(bytes).to_le_bytes());
        common.extend((bytes.len() as u32).to_le_bytes());
        common.extend((bytes.len() as u32).to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((body.len() as u32).to_le_bytes());
        directory.extend(&name);
        body.extend(b"PK\x03\x04");
        body.extend(&common);
        body.extend(&name);
        body.extend(bytes);
    }
    let start = body.len() as u32;
    body.extend(&directory);
    body.extend(b"PK\x05\x06\0\0\0\0");
    body.extend((members.len() as u16).to_le_bytes());
    body.extend((members.len() as u16).to_le_bytes());
    body.extend((directory.len() as u32).to_le_bytes());
    body.extend(start.to_le_bytes());
    body.extend([0, 0]);
    body
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_and_days() {
        assert_eq!(serial(1970, 1, 1), 25_569);
        assert_eq!(serial(2026, 3, 5), 46_086);
        assert_eq!(civil(46_086), (2026, 3, 5));
        assert_eq!(civil(serial(2024, 2, 29)), (2024, 2, 29));
    }

    #[test]
    fn crc_of_the_standard_check_text() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
