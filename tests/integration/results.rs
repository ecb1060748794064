//! What a run leaves behind, on the shipped samples: every finding at its cell, workbooks, records, and the same bytes again.

use super::support::{Results, all_bytes, huizong, root, rules_apart, said};
use calamine::{Data, Reader, Xlsx, open_workbook};
use std::collections::BTreeMap;
use std::path::Path;

/// Every finding of a sample, one a line: code | severity | file | sheet | cell. Checked by hand against
/// samples/README.md. Each rule of both definitions is broken in there, so that a rule switched off is a line missing.
fn intended(pipeline: &str) -> String {
    let path = super::support::root().join("tests/integration/findings").join(format!("{pipeline}.txt"));
    std::fs::read_to_string(path).expect("the intended findings")
}

fn findings_of(results: &Results) -> String {
    let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let mut lines: Vec<String> = results
        .findings()
        .iter()
        .map(|f| ["code", "severity", "file", "sheet", "cell"].map(|key| word(&f[key])).join(" | "))
        .collect();
    lines.sort();
    lines.join("\n")
}

fn hold(pipeline: &str) {
    let apart = rules_apart();
    let definition = std::fs::read_to_string(apart.path().join(pipeline).join("pipeline.toml")).expect("a definition");
    let sample = definition.lines().find(|line| line.starts_with("sample")).expect("a sample");
    let returns = root().join(sample.split('"').nth(3).expect("its folder"));
    let (pipelines, returns) = (apart.path().to_str().expect("UTF-8"), returns.to_str().expect("UTF-8"));
    let results = Results::of_sample(pipeline, &["--pipelines", pipelines, "--returns", returns]);
    assert_eq!(results.said.code, 1, "{}", results.said.err);
    let (found, intended) = (findings_of(&results), intended(pipeline));
    let lacking: Vec<&str> = intended.lines().filter(|line| !found.lines().any(|other| other == *line)).collect();
    let surplus: Vec<&str> = found.lines().filter(|line| !intended.lines().any(|other| other == *line)).collect();
    assert!(
        lacking.is_empty() && surplus.is_empty(),
        "lacking:\n{}\nsurplus:\n{}",
        lacking.join("\n"),
        surplus.join("\n")
    );
    assert_eq!(found.lines().count(), intended.lines().count(), "the same line twice");
}

#[test]
fn every_rule_of_model_teams_finds_its_cell() {
    hold("model-teams");
}

#[test]
fn every_rule_of_honours_finds_its_cell() {
    hold("honours");
}

#[test]
fn every_rule_of_studios_finds_its_cell() {
    hold("studios");
}

#[test]
fn every_rule_of_shock_teams_finds_its_cell() {
    hold("shock-teams");
}

#[test]
fn every_rule_of_innovation_finds_its_cell() {
    hold("innovation");
}

#[test]
fn every_rule_of_service_finds_its_cell() {
    hold("service");
}

#[test]
fn every_rule_of_the_definitions_is_broken_in_the_sample() {
    for pipeline in ["model-teams", "honours", "studios", "innovation", "service", "shock-teams"] {
        let definition = super::support::root().join("pipelines").join(pipeline).join("pipeline.toml");
        let text = std::fs::read_to_string(definition).expect("the definition");
        let mut codes: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("code")?.split('"').nth(1)).collect();
        // Shares that are switched off find nothing.
        codes.retain(|code| !code.starts_with("share-") || *code == "share-frontline");
        assert!(codes.len() > 4, "{codes:?}");
        // What needs earlier months is broken where the months are run one after another.
        let months = super::support::root().join("tests/integration/findings").join(format!("{pipeline}-months.txt"));
        codes.retain(|code| *code != "studio-gone");
        // These speak of two senders' returns: within one, what `key` says of a record comes first.
        const OF_TWO_SENDERS: [&str; 4] =
            ["award-duplicate", "review-duplicate", "suggestion-unit-twice", "indicator-twice"];
        codes.retain(|code| !OF_TWO_SENDERS.contains(code));
        // Amounts in the wrong measure, column by column: `decided_samples` types each.
        const SLIPS: [&str; 7] = [
            "last-year-benefit-ten-thousand",
            "last-year-benefit-per-piece-high",
            "year-reward-per-piece-low",
            "last-year-reward-per-piece-low",
            "studio-funds-high",
            "studio-own-funds-high",
            "studio-benefit-high",
        ];
        codes.retain(|code| !SLIPS.contains(code));
        let found = intended(pipeline) + &std::fs::read_to_string(months).unwrap_or_default();
        for code in codes {
            let is = |line: &str| line.split(" | ").take(2).any(|part| part == code);
            assert!(found.lines().any(is), "{pipeline}: {code}");
        }
    }
}

/// All files below a folder, by relative name.
fn bytes_below(folder: &Path, under: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let name = format!("{under}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            bytes_below(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
}

#[test]
fn same_inputs_same_bytes_whatever_the_threads_zone_and_locale() {
    let mut editions = Vec::new();
    for (threads, zone, locale) in [("1", "Asia/Shanghai", "zh_CN.UTF-8"), ("4", "America/Los_Angeles", "C")] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().to_str().expect("UTF-8 path");
        let mut command = huizong(&["run", "honours", "--quiet", "--threads", threads, "--out", out]);
        command.env("TZ", zone).env("LC_ALL", locale).env("LANG", locale);
        assert_eq!(said(command.output().expect("the program starts")).code, 1);
        let mut files = BTreeMap::new();
        bytes_below(folder.path(), "", &mut files);
        editions.push(files);
    }
    let names: Vec<&String> = editions[0].keys().collect();
    assert_eq!(names, editions[1].keys().collect::<Vec<_>>());
    assert!(names.len() >= 8, "{names:?}");
    for (name, bytes) in &editions[0] {
        assert!(bytes == &editions[1][name], "{name} differs");
    }
}

fn sheets(path: &Path) -> Vec<(String, Vec<Vec<String>>)> {
    let mut workbook: Xlsx<_> = open_workbook(path).expect("calamine opens it");
    workbook
        .worksheets()
        .into_iter()
        .map(|(name, range)| {
            let text = |cell: &Data| match cell {
                Data::String(text) => text.clone(),
                Data::Empty => String::new(),
                other => other.to_string(),
            };
            (name, range.rows().map(|row| row.iter().map(text).collect()).collect())
        })
        .collect()
}

fn has(sheet: &[Vec<String>], words: &str) -> bool {
    sheet.iter().flatten().any(|cell| cell.contains(words))
}

#[test]
fn the_leadership_workbook_has_its_sheets_in_order_and_says_what_it_leaves_out() {
    for (pipeline, inner) in [
        ("model-teams", &["名额执行", "六好达标", "行业×所有制", "称号复核", "名单", "报送情况"][..]),
        ("honours", &["一线占比", "比例执行", "荣誉结构", "获奖统计", "个人名单", "集体名单", "报送情况"][..]),
    ] {
        let results = Results::of_sample(pipeline, &[]);
        let book = sheets(&results.ending("_工作版.xlsx"));
        let names: Vec<&str> = book.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.first(), Some(&"总览"));
        assert_eq!(names.last(), Some(&"口径说明"));
        let mut at = names.iter();
        assert!(inner.iter().all(|wanted| at.any(|name| name == wanted)), "{names:?}");
        assert!(has(&book[0].1, "通过 ") && has(&book[0].1, "退回 "), "the identity is on the first sheet");
        let (_, first) = &book[1];
        assert!(has(first, "本表未计入"), "the first table says what it leaves out");
        let (_, glossary) = book.last().expect("a last sheet");
        assert!(has(glossary, "没有全部计入的报表") && has(glossary, "SHA-256"), "口径说明");
    }
}

/// From page one alone a leader learns who is in, and the news of every pipeline; each figure is the one of its table.
#[test]
fn the_first_page_says_the_news_of_every_pipeline() {
    for pipeline in ["model-teams", "honours", "studios", "innovation", "service", "shock-teams"] {
        let results = Results::of_sample(pipeline, &["--no-history"]);
        let book = sheets(&results.ending("_工作版.xlsx"));
        let said: Vec<&str> = book[0].1.iter().filter_map(|row| row.first()).map(String::as_str).collect();
        let from = said.iter().position(|line| line.ends_with("主要结论")).expect("a section of conclusions");
        let numbered = said[from + 1..].iter().enumerate();
        let lines: Vec<&str> = numbered.map_while(|(at, line)| line.strip_prefix(&format!("{}. ", at + 1))).collect();
        assert!(lines.len() >= 3 && lines[0].starts_with("应报单位 "), "{pipeline}: {lines:?}");
        assert!(lines.iter().all(|line| !line.contains(['{', '}', '✓', '✗'])), "{pipeline}: {lines:?}");
        if pipeline == "innovation" {
            let (_, table) = book.iter().find(|(name, _)| name == "建议本月").expect("the month's table");
            let total = table.iter().find(|row| row[0] == "合计").expect("a total");
            let heading = table.iter().find(|row| row.iter().any(|cell| cell == "提出")).expect("a heading");
            let at = heading.iter().position(|cell| cell == "提出").expect("提出");
            assert!(lines[1].contains(&format!("提出合理化建议 {}＊ 件", total[at])), "{lines:?}, {total:?}");
            assert!(lines.contains(&"没有可以比较的上年同期数。"), "without a history nothing is compared: {lines:?}");
        }
    }
}

/// What an officer who never wrote a definition cannot read: words and signs of SQL, keys and parts of the definition.
fn is_code(cell: &str) -> bool {
    const WORDS: [&str; 24] = [
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "like",
        "between",
        "case",
        "when",
        "then",
        "else",
        "end",
        "true",
        "false",
        "date",
        "coalesce",
        "workdays",
        "full_years",
        "month_start",
        "rounds_to",
        "id_valid",
        "where",
        "values",
    ];
    let word = |word: &str| WORDS.contains(&word.to_ascii_lowercase().as_str());
    cell.split(|sign: char| !sign.is_ascii_alphabetic() && sign != '_').any(word)
        || ["= '", ">=", "<=", "<>", "!=", "[[", "[discipline", " * ", "上期.", "上年同期."]
            .iter()
            .any(|sign| cell.contains(sign))
}

#[test]
fn the_leadership_workbook_speaks_no_sql_and_names_no_part_of_a_definition_file() {
    assert!(is_code("类别 = '正式' AND 学历") && is_code("CASE WHEN x") && !is_code("类别 = “正式” 且 学历 未填"));
    for pipeline in ["model-teams", "honours", "studios", "innovation", "service", "shock-teams"] {
        let results = Results::of_sample(pipeline, &[]);
        for (sheet, rows) in sheets(&results.ending("_工作版.xlsx")) {
            let wrong: Vec<&String> = rows.iter().flatten().filter(|cell| is_code(cell)).collect();
            assert!(wrong.is_empty(), "{pipeline}, {sheet}: {wrong:#?}");
        }
    }
}

#[test]
fn the_manifest_accounts_for_every_file_and_row() {
    for pipeline in ["model-teams", "honours"] {
        let manifest = Results::of_sample(pipeline, &[]).manifest();
        let inputs = manifest["inputs"].as_array().expect("inputs");
        let files = manifest["counts"]["files"].as_object().expect("counts");
        let sum: u64 = files.values().filter_map(|count| count.as_u64()).sum();
        assert_eq!(sum, inputs.len() as u64);
        let rows = &manifest["counts"]["rows"];
        let part = |key: &str| rows[key].as_u64().expect("a count");
        let parts = ["accepted", "blocked", "held", "superseded", "not_counted"].map(part);
        assert_eq!(parts.iter().sum::<u64>(), part("data"));
        let of_files: u64 = inputs.iter().filter_map(|input| input["rows"]["data"].as_u64()).sum();
        assert_eq!(of_files, part("data"));
        for input in inputs {
            assert!(input["sha256"].as_str().map(str::len) == Some(64), "{input}");
            let fine = ["accepted", "ignored"].contains(&input["outcome"].as_str().expect("an outcome"));
            assert!(fine || !input["cause"].as_str().unwrap_or_default().is_empty(), "{input}");
        }
        assert!(!manifest.to_string().contains("/tmp"), "no path of this machine");
    }
}

#[test]
fn the_data_edition_holds_every_accepted_row_with_its_origin() {
    let results = Results::of_sample("honours", &[]);
    let manifest = results.manifest();
    let mut rows = 0;
    for (name, sheet) in sheets(&results.ending("_数据版.xlsx")) {
        if name == "说明" || name == "列说明" {
            continue;
        }
        let header = sheet.first().expect("a header");
        assert!(header.ends_with(&["报表文件", "工作表", "行号"].map(str::to_string)), "{header:?}");
        rows += sheet.len() as u64 - 1;
        for row in &sheet[1..] {
            let [file, tab, line] = &row[row.len() - 3..] else { panic!("{row:?}") };
            assert!(!file.is_empty() && !tab.is_empty() && line.parse::<u32>().is_ok(), "{row:?}");
        }
    }
    assert_eq!(Some(rows), manifest["counts"]["rows"]["accepted"].as_u64());
}

#[test]
fn id_numbers_are_masked_everywhere_but_where_the_officer_needs_them() {
    let results = Results::of_sample("honours", &[]);
    let truth = super::support::root().join("tests/independent/truth/honours-individual.csv");
    let truth = std::fs::read_to_string(truth).expect("the truth");
    let numbers: Vec<&str> =
        truth.split([',', '\n']).filter(|word| word.len() == 18 && huizong::text::id_number::is_valid(word)).collect();
    assert!(numbers.len() > 50);
    let leadership = sheets(&results.ending("_工作版.xlsx"));
    let printed: String = leadership.iter().flat_map(|(_, rows)| rows.iter().flatten()).cloned().collect();
    assert!(printed.contains("****"), "masked ones are there");
    let records = results.text("findings.ndjson") + &results.text("run.json") + &results.said.out + &results.said.err;
    let data = sheets(&results.ending("_数据版.xlsx"));
    let data: String = data.iter().flat_map(|(_, rows)| rows.iter().flatten()).cloned().collect();
    let mut needed = 0;
    for number in numbers {
        assert!(!printed.contains(number) && !records.contains(number), "an ID number is in the open");
        needed += usize::from(data.contains(number));
    }
    assert!(needed > 50, "the data edition has them whole");
}

/// What a department head would not sign: a table of contents cut off, a share of 1.2, units that stand as 未报 without a
/// word why, and SQL.
#[test]
fn the_leadership_workbook_reads_as_a_page_to_sign() {
    let results = Results::of_sample("honours", &[]);
    let book = results.ending("_工作版.xlsx");
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&book).expect("a file")).expect("a zip");
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut zip.by_name("xl/charts/chart1.xml").expect("a chart"), &mut xml).expect("XML");
    assert!(xml.contains("formatCode=\"0%\"") && xml.contains("<c:max val=\"1\"/>"), "{xml}");
    let cells = super::workshop::all_cells(&book);
    let entries: Vec<&String> = cells.iter().filter(|cell| cell.contains("2026年获奖统计（")).collect();
    assert!(entries.iter().all(|cell| !(cell.contains("（本期）；") && cell.contains("获奖总数与"))), "{entries:?}");
    assert!(cells.iter().any(|cell| cell.ends_with("\u{3000}2026年获奖总数与上年同期比较")), "{cells:?}");
    assert!(cells.iter().any(|cell| cell.contains("皖晨能源集团有限公司工会的报表无法读取，表中列为未报")));
    for sql in [" AND ", " IN (", "IS NULL", "BETWEEN", "full_years", ">= ", "'"] {
        let left: Vec<&String> = cells.iter().filter(|cell| cell.contains(sql)).collect();
        assert!(left.is_empty(), "{sql}: {left:?}");
    }
}

/// What is written names definitions and reference data from their own folder, not from where somebody stood.
#[test]
fn the_folder_one_stands_in_leaves_no_trace() {
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let pipelines = root().join("pipelines");
    let returns = root().join("samples/model-teams");
    let returns = returns.to_str().expect("UTF-8");
    let absolute = pipelines.to_str().expect("UTF-8").to_owned();
    let places = [
        (root().to_path_buf(), "pipelines".to_owned()),
        (root().join("samples"), "../pipelines".to_owned()),
        (elsewhere.path().to_path_buf(), absolute),
    ];
    let mut seen = Vec::new();
    for (place, pipelines) in places {
        let out = tempfile::tempdir().expect("a temporary folder");
        let to = out.path().to_str().expect("UTF-8");
        let args = [
            "run",
            "model-teams",
            "--quiet",
            "--no-history",
            "--returns",
            returns,
            "--out",
            to,
            "--pipelines",
            &pipelines,
        ];
        let said = said(huizong(&args).current_dir(&place).output().expect("the program starts"));
        assert_eq!(said.code, 1, "{}", said.err);
        seen.push((place, all_bytes(out.path())));
    }
    for (place, bytes) in &seen[1..] {
        let differ: Vec<&String> = bytes.keys().filter(|name| bytes.get(*name) != seen[0].1.get(*name)).collect();
        assert!(differ.is_empty() && bytes.len() == seen[0].1.len(), "{}: {differ:?}", place.display());
    }
    let manifest: serde_json::Value = serde_json::from_slice(&seen[0].1["明细/run.json"]).expect("JSON");
    assert_eq!(manifest["definition"]["file"], "model-teams/pipeline.toml");
}
