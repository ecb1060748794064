//! Every way in which a cell could be read wrongly without a word: each is read right, or named.

use super::support::{Results, root, say, shipped_reference};
use super::workshop::{Cell, Page, accepted, all_cells, folder, page, parts, raw, run_book, text, xlsx, zip};

const UNIT: &str = "合肥市总工会";

/// A return of one record with one odd cell.
fn odd(header: &str, cell: Cell) -> Results {
    run_book(&xlsx(&[page(UNIT, 1).with(0, header, cell)]))
}

/// The file counts for nothing, and by this code.
fn refused(bytes: &[u8], code: &str) {
    let results = run_book(bytes);
    let input = results.input("合肥市总工会.xlsx");
    assert_eq!((input["outcome"].as_str(), input["code"].as_str()), (Some("unreadable"), Some(code)), "{input:#}");
    assert_eq!(results.said.code, 1);
}

fn blocks(results: &Results, code: &str, cell: &str) {
    assert_eq!(results.found(code), [("block".to_owned(), cell.to_owned())], "{:#?}", results.findings());
    assert!(accepted(results, "人数").is_empty(), "a blocked row does not count");
}

fn asks(results: &Results, code: &str, cell: &str) {
    assert_eq!(results.found(code), [("verify".to_owned(), cell.to_owned())], "{:#?}", results.findings());
}

#[test]
fn a_good_return_is_read_as_it_stands() {
    let results = run_book(&xlsx(&[page(UNIT, 2)]));
    assert_eq!(accepted(&results, "人数"), ["11", "12"]);
    assert_eq!(results.manifest()["counts"]["findings"]["block"].as_u64(), Some(0));
    assert_eq!(results.found("date-implausible"), []);
}

// ── The nine of the facts page ──────────────────────────────────────────────────────────────────────────────────

/// 1: text of BIFF8 and BIFF5 whose CODEPAGE record lies; one row of the form would otherwise be mojibake. The shipped
/// hostile files hold no form, so that the sheet's name and the cells must show in the cause.
#[test]
fn one_code_pages_that_lie() {
    for name in ["codepage_biff8_says_936.xls", "codepage_biff5_says_1252.xls"] {
        let bytes = std::fs::read(root().join("tests/hostile").join(name)).expect("a shipped file");
        let returns = folder(&[(name, &bytes)]);
        huizong::ingest::use_worker(env!("CARGO_BIN_EXE_huizong").into());
        let limits = huizong::ingest::Limits::default();
        let found = huizong::ingest::discover(&[returns.path().to_owned()], &limits).expect("a folder");
        let texts = huizong::ingest::read_all(&found.files, &limits, |_, delivery| match delivery.read {
            huizong::model::outcome::ReadOutcome::Workbook(book) => book.sheets[0].arena.clone(),
            other => panic!("{other:?}"),
        });
        assert!(texts.expect("workers start")[0].starts_with("工会会员"), "{name}");
    }
}

/// 2: a digit flipped inside a stored part; only the checksum knows.
#[test]
fn two_a_flipped_digit_fails_its_checksum() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in parts(&[page(UNIT, 1)], "") {
        writer.start_file(name, stored).expect("a member");
        std::io::Write::write_all(&mut writer, &content).expect("in memory");
    }
    let mut bytes = writer.finish().expect("in memory").into_inner();
    let at = bytes.windows(9).position(|w| w == b"<v>11</v>").expect("the head count") + 3;
    bytes[at] = b'9';
    refused(&bytes, "file-damaged");
}

/// 3: sheet XML in UTF-16.
#[test]
fn three_utf16_parts_are_read() {
    let mut members = parts(&[page(UNIT, 2)], "");
    for (name, content) in &mut members {
        if name.contains("worksheets/") {
            let xml = String::from_utf8(content.clone()).expect("UTF-8").replace("UTF-8", "UTF-16");
            *content = [0xff, 0xfe].into_iter().chain(xml.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        }
    }
    assert_eq!(accepted(&run_book(&zip(&members)), "人数"), ["11", "12"]);
}

/// 4: a formula without a saved result.
#[test]
fn four_a_formula_without_a_result() {
    blocks(&odd("人数", raw("", "<f>5+6</f>")), "cell-unreadable", "J4");
    // A saved result is read, whatever the formula would give today.
    assert_eq!(accepted(&odd("人数", raw("", "<f>5+6</f><v>11</v>")), "人数"), ["11"]);
}

/// 5: two sheets of one name; both are read, once each, and it is said.
#[test]
fn five_two_sheets_of_one_name() {
    let mut second = page(UNIT, 1).with(0, "班组名称", text("另一个班组"));
    second = second.with(0, "人数", Cell::Number(77.0));
    let results = run_book(&xlsx(&[page(UNIT, 1), second]));
    assert_eq!(accepted(&results, "人数"), ["11", "77"]);
    assert_eq!(results.found("workbook-remark").len(), 1);
}

/// 6: NaN, infinities, numbers beyond any range, an ID number stored as a number.
#[test]
fn six_numbers_that_are_none() {
    for value in ["NaN", "inf", "1e999", "-1e999"] {
        blocks(&odd("人数", raw("", &format!("<v>{value}</v>"))), "cell-unreadable", "J4");
    }
}

/// 7: a shared string that is not there, in xlsx; the xls reader's own test holds the other.
#[test]
fn seven_a_shared_string_that_points_nowhere() {
    blocks(&odd("班组长", raw(" t=\"s\"", "<v>99</v>")), "cell-unreadable", "I4");
}

/// 8: a chart sheet's cached data is no cell.
#[test]
fn eight_chart_sheets_are_skipped_and_named() {
    let mut chart = page(UNIT, 3);
    chart.name = "图表".into();
    let mut members = parts(&[page(UNIT, 1), chart], "");
    for (name, content) in &mut members {
        if name.ends_with("workbook.xml.rels") {
            let text = String::from_utf8(content.clone()).expect("UTF-8");
            let at = text.find("Id=\"r2\"").expect("the second sheet");
            let (head, tail) = text.split_at(at);
            *content = format!("{head}{}", tail.replacen("/worksheet\"", "/chartsheet\"", 1)).into_bytes();
        }
    }
    let results = run_book(&zip(&members));
    assert_eq!(accepted(&results, "人数"), ["11"]);
    assert_eq!(results.found("workbook-remark").len(), 1);
}

/// 9: the day that never was, serials below zero, and plain numbers in a date column.
#[test]
fn nine_serials_that_are_no_dates() {
    blocks(&odd("公示开始", Cell::Date(60.0)), "date-impossible", "S4");
    blocks(&odd("公示开始", Cell::Date(-5.0)), "date-impossible", "S4");
    // A date that lost its format is read, and somebody looks.
    let results = odd("公示开始", Cell::Number(46083.0));
    asks(&results, "date-serial-unformatted", "S4");
    blocks(&odd("公示开始", Cell::Number(12.0)), "date-unreadable", "S4");
}

// ── What else slips by ──────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn hidden_rows_columns_and_sheets_with_data_are_said() {
    let mut first = page(UNIT, 2);
    first.hidden_rows = vec![5];
    // 人数 and 一线人数 are columns 10 and 11.
    first.before = "<cols><col min=\"10\" max=\"11\" width=\"9\" hidden=\"1\"/></cols>".into();
    let mut hidden = page(UNIT, 3);
    (hidden.name, hidden.state) = ("旧稿".into(), "hidden");
    let mut deep = page(UNIT, 4);
    (deep.name, deep.state) = ("更旧".into(), "veryHidden");
    let results = run_book(&xlsx(&[first, hidden, deep]));
    assert_eq!(accepted(&results, "人数"), ["11", "12"], "hidden rows and columns count, hidden sheets do not");
    assert_eq!(results.found("rows-hidden").len(), 1);
    assert_eq!(results.found("columns-hidden"), [("note".to_owned(), "J3".to_owned())]);
    assert_eq!(results.found("sheet-hidden").len(), 2);
    assert_eq!(results.manifest()["counts"]["rows"]["not_counted"].as_u64(), Some(7));
}

#[test]
fn numbers_as_text_and_text_as_numbers() {
    for said in ["11", "１１", "11人", "'11", " 11 ", "十一", "0011"] {
        let results = odd("人数", text(said));
        assert_eq!(accepted(&results, "人数"), ["11"], "{said}: {:#?}", results.findings());
    }
    for said in ["约11", "10-12", "1.1E+1", "1,1", "十几", "11?", "l1"] {
        blocks(&odd("人数", text(said)), "number-unreadable", "J4");
    }
    // A team called 3 is a name, not a number.
    assert_eq!(accepted(&odd("班组名称", Cell::Number(3.0)), "班组名称"), ["3"]);
    blocks(&odd("人数", raw(" t=\"b\"", "<v>1</v>")), "wrong-kind", "J4");
    blocks(&odd("人数", raw(" t=\"e\"", "<v>#REF!</v>")), "cell-error", "J4");
    blocks(&odd("人数", Cell::Date(46083.0)), "wrong-kind", "J4");
    blocks(&odd("人数", Cell::Number(11.5)), "not-whole", "J4");
}

#[test]
fn two_digit_years_are_read_and_asked_about() {
    asks(&odd("公示开始", text("26年3月2日")), "year-two-digits", "S4");
    // Without 年 the order of the parts is anyone's guess.
    blocks(&odd("公示开始", text("26-3-2")), "date-unreadable", "S4");
    blocks(&odd("公示开始", text("26.3.2")), "date-unreadable", "S4");
}

#[test]
fn dates_that_nobody_expects_are_asked_about() {
    asks(&odd("公示开始", text("1926-03-02")), "date-implausible", "S4");
    asks(&odd("公示开始", Cell::Date(3.0)), "date-implausible", "S4");
    asks(&odd("公示结束", text("2062-03-12")), "date-implausible", "T4");
    assert_eq!(odd("公示结束", text("2026-12-31")).found("date-implausible"), []);
}

#[test]
fn stale_results_are_said() {
    let sum = raw("", "<f>SUM(1,2)</f><v>11</v>");
    let book = |calculation: &str, cell: &Cell| {
        run_book(&zip(&parts(&[page(UNIT, 1).with(0, "人数", cell.clone())], calculation)))
    };
    assert_eq!(book("<calcPr calcId=\"191029\"/>", &sum).found("workbook-remark"), []);
    for calculation in ["<calcPr calcMode=\"manual\"/>", "<calcPr calcId=\"1\" fullCalcOnLoad=\"1\"/>"] {
        let results = book(calculation, &sum);
        assert_eq!((results.found("workbook-remark").len(), accepted(&results, "人数")), (1, vec!["11".to_owned()]));
    }
    // Writers that cannot calculate save 0 for every formula: Excel shows 11 there, and nobody ever typed a 0.
    let zero = raw("", "<f>5+6</f><v>0</v>");
    blocks(&book("<calcPr fullCalcOnLoad=\"1\"/>", &zero), "cell-unreadable", "J4");
}

/// Text has no checksum and no end mark: a page cut inside its table is refused, a cut csv is remarked on.
#[test]
fn text_files_that_were_cut_off() {
    let rows = |book: &Page| -> Vec<Vec<String>> {
        let word = |cell: &Cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Number(number) | Cell::Date(number) | Cell::Percent(number) => number.to_string(),
            Cell::Raw(..) => String::new(),
        };
        book.rows.iter().map(|row| row.iter().map(word).collect()).collect()
    };
    let rows = rows(&page(UNIT, 3));
    let line = |row: &Vec<String>| format!("<tr><td>{}</td></tr>\n", row.join("</td><td>"));
    let html = format!("<html><body><table>{}</table></body></html>", rows.iter().map(line).collect::<String>());
    assert_eq!(accepted(&run_book(html.as_bytes()), "人数"), ["11", "12", "13"]);
    let cut = html.rfind("<tr>").expect("a row");
    refused(&html.as_bytes()[..cut], "file-damaged");

    let csv: String = rows.iter().map(|row| row.join(",") + "\n").collect();
    assert_eq!(run_book(csv.as_bytes()).found("workbook-remark"), []);
    let results = run_book(csv.trim_end().trim_end_matches(',').as_bytes());
    assert_eq!((results.found("workbook-remark").len(), accepted(&results, "人数").len()), (1, 3));
}

/// A total whose saved result is stale is re-added from its parts.
#[test]
fn a_stale_total_is_a_finding() {
    let mut book = page(UNIT, 2);
    let mut total = vec![text("合计")];
    total.resize(9, text(""));
    total.push(raw("", "<f>SUM(J4:J5)</f><v>22</v>"));
    book.rows.push(total);
    let results = run_book(&xlsx(&[book]));
    assert_eq!(accepted(&results, "人数"), ["11", "12"]);
    assert_eq!(results.found("total-mismatch"), [("verify".to_owned(), "J6".to_owned())], "{:#?}", results.findings());
}

#[test]
fn long_cells_stay_whole() {
    let long = "长".repeat(300) + &"文".repeat(2_000) + "尾";
    let results = odd("备注", text(&long));
    assert_eq!(accepted(&results, "备注"), [long]);
}

/// Text that a spreadsheet would take for a formula or a link comes out as the text it was, in every output.
#[test]
fn formula_like_text_stays_text() {
    let nasty = ["=1+1", "+86 551", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://x.invalid\",\"a\")"];
    let mut book = page(UNIT, nasty.len() as u32);
    for (record, said) in nasty.iter().enumerate() {
        book = book.with(record, "备注", text(said)).with(record, "班组名称", text(said));
    }
    // One of them in a row that is sent back, so that findings quote it too.
    book = book.with(0, "人数", text("=1+1"));
    let results = run_book(&xlsx(&[book]));
    assert_eq!(accepted(&results, "备注"), nasty[1..]);
    for (end, shown) in [("_数据版.xlsx", nasty[4]), ("_工作版.xlsx", nasty[4]), ("_审核问题.xlsx", nasty[0])]
    {
        let path = results.ending(end);
        let cells = all_cells(&path);
        assert!(cells.iter().any(|cell| cell.contains(shown)), "{end} shows it");
        let bytes = std::fs::read(&path).expect("written");
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
        for i in 0..archive.len() {
            let mut part = archive.by_index(i).expect("a part");
            let mut xml = String::new();
            // Pictures and the like are no text, and hold no formula.
            if std::io::Read::read_to_string(&mut part, &mut xml).is_err() {
                continue;
            }
            for said in ["cmd|", "x.invalid", "86 551"] {
                let in_formula = |f: &str| f.split("</f>").next().is_some_and(|f| f.contains(said));
                assert!(!xml.split("<f>").skip(1).any(in_formula), "{end}: {said} became a formula");
            }
            assert!(!xml.contains("x.invalid\" TargetMode"), "{end}: a link was made of a cell");
        }
    }
}

// ── Money and percentages: a definition of its own, for the shipped ones ask for neither ────────────────────────────

const FUNDS: &str = r#"
name   = "funds"
title  = "经费表"
notice = "经费通知"
period = "year"
sample = { period = "2026", returns = "samples/model-teams" }

[[form]]
id    = "funds"
title = "经费登记表"
unit  = "推荐单位"
fields = [
  { name = "推荐单位", type = "unit", required = true },
  { name = "项目名称", type = "text", required = true },
  { name = "创效", type = "number", measured-in = "万元", required = true },
  { name = "满意率", type = "percent", required = true },
]

[[table]]
id    = "list"
title = "名单"
kind  = "list"
sheet = "名单"
from  = "funds"
empty = "没有"
columns = [{ header = "推荐单位", value = "unit" }, { header = "创效", column = "创效" }]
"#;

/// Runs the funds form: cover, header, one row; the value read for 创效 and 满意率 and the findings' (severity, code).
fn funds(cover: &str, header: &str, benefit: Cell, rate: Cell) -> (Vec<String>, Vec<(String, String)>) {
    let results = funds_run(cover, header, benefit, rate);
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let findings = results.findings().iter().map(|f| (word(&f["severity"]), word(&f["code"]))).collect();
    let values = accepted(&results, "创效").into_iter().chain(accepted(&results, "满意率")).collect();
    (values, findings)
}

fn funds_run(cover: &str, header: &str, benefit: Cell, rate: Cell) -> Results {
    // The shipped reference tables, with a roster whose units owe this form.
    let mut files = vec![("pipelines/funds/pipeline.toml".to_owned(), FUNDS.as_bytes().to_vec())];
    let tables = tempfile::tempdir().expect("a temporary folder");
    shipped_reference(tables.path());
    for entry in std::fs::read_dir(tables.path()).expect("reference tables").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("a table").replace("model-teams、honours", "funds");
        files.push((format!("pipelines/reference/{}", entry.file_name().to_string_lossy()), text.into_bytes()));
    }
    let project = folder(&files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect::<Vec<_>>());
    let pipelines = project.path().join("pipelines");
    let rows = vec![
        vec![text("经费登记表")],
        vec![text(&format!("填报单位：{UNIT}   所属期：2026年   {cover}"))],
        ["推荐单位", "项目名称", header, "满意率"].map(text).to_vec(),
        vec![text(UNIT), text("技改"), benefit, rate],
    ];
    let book = xlsx(&[Page { rows, ..page(UNIT, 0) }]);
    let returns = folder(&[("合肥市总工会.xlsx", &book)]);
    let out = tempfile::tempdir().expect("a temporary folder");
    let path = |path: &std::path::Path| path.to_str().expect("UTF-8").to_owned();
    let pipelines = path(&pipelines);
    let (returns, target) = (path(returns.path()), path(out.path()));
    let said = say(&["run", "funds", "--pipelines", &pipelines, "--returns", &returns, "--out", &target, "--quiet"]);
    assert!(matches!(said.code, 0 | 1), "{}", said.err);
    Results { folder: out, said }
}

#[test]
fn yuan_and_ten_thousand_yuan() {
    let read = |cover: &str, header: &str, cell: Cell| funds(cover, header, cell, text("98%"));
    let plain = || Cell::Number(20.0);
    assert_eq!(read("计量单位：万元", "创效（万元）", plain()).0[0], "20");
    assert_eq!(read("", "创效", plain()), (vec!["20".into(), "0.98".into()], vec![]));
    assert_eq!(read("", "创效（元）", Cell::Number(200_000.0)).0[0], "20", "the header says which unit it is");
    let (values, findings) = read("", "创效（万元）", text("200000元"));
    assert_eq!((values[0].as_str(), findings[0].1.as_str()), ("20", "unit-differs"));
    assert_eq!(read("", "创效", text("2000万")).0[0], "2000");
    assert_eq!(read("", "创效", text("20人")).1[0], ("block".into(), "unit-contradicts".into()));
    // The sheet says 元 and the column says nothing: converted, and asked about.
    let (values, findings) = read("计量单位：元", "创效", Cell::Number(200_000.0));
    assert_eq!((values[0].as_str(), &findings[..]), ("20", &[("verify".to_owned(), "unit-on-cover".to_owned())][..]));
    assert_eq!(read("计量单位：人、万元", "创效", plain()).1, []);
}

#[test]
fn percentages_in_their_three_spellings() {
    let read = |cell: Cell| {
        let (values, findings) = funds("", "创效", Cell::Number(1.0), cell);
        (values.get(1).cloned().unwrap_or_default(), findings.into_iter().map(|(_, code)| code).collect::<Vec<_>>())
    };
    assert_eq!(read(Cell::Number(0.5)), ("0.5".into(), vec![]));
    assert_eq!(read(text("50%")), ("0.5".into(), vec![]));
    let amended = funds_run("", "创效", Cell::Number(1.0), text("50%"));
    assert!(
        all_cells(&amended.ending("_审核问题.xlsx")).iter().any(|cell| cell == "percent-sign"),
        "the change is recorded"
    );
    assert_eq!(read(text("５０％")), ("0.5".into(), vec![]));
    assert_eq!(read(Cell::Number(50.0)), ("0.5".into(), vec!["percent-scale".into()]));
    assert_eq!(read(Cell::Number(1.0)), ("1".into(), vec!["percent-scale".into()]));
    assert_eq!(read(Cell::Number(150.0)).1, ["percent-out-of-range"]);
    // The sheet itself shows the sign: 1 stands there as 100%, and 50 as 5000%.
    assert_eq!(read(Cell::Percent(1.0)), ("1".into(), vec![]));
    assert_eq!(read(Cell::Percent(0.005)), ("0.005".into(), vec![]));
    assert_eq!(read(Cell::Percent(50.0)).1, ["percent-out-of-range"]);
    assert_eq!(read(text("150%")).1, ["percent-out-of-range"]);
    // In a column of amounts it is what a reader sees, 95%, and not the 0.95 behind it.
    let (_, findings) = funds("", "创效", Cell::Percent(0.95), text("50%"));
    assert_eq!(findings, [("block".to_owned(), "number-unreadable".to_owned())]);
}
