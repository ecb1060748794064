//! Months side by side in one folder and in one workbook, results among returns, and a period that is not meant.

use super::shop::{DEFINITION, HEFEI, Shop, WUHU};
use super::support::{Said, all_bytes, result, say};
use super::workshop::{Page, page, text, xlsx};
use serde_json::Value;
use std::path::Path;

/// A sheet of the monthly form: its name, title and cover, one record.
fn month_sheet(name: &str, title: &str, cover: &str, what: &str) -> Page {
    let mut rows = vec![vec![text(title)]];
    if !cover.is_empty() {
        rows.push(vec![text(cover)]);
    }
    rows.push(["单位", "项目", "人数", "金额", "日期"].map(text).to_vec());
    rows.push([HEFEI, what, "5", "1.5", "2026-03-02"].map(text).to_vec());
    Page { name: name.into(), rows, ..page(HEFEI, 0) }
}

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::write(folder.join(name), bytes).expect("a file");
}

fn run(shop: &Shop, month: &str, more: &[&str]) -> Said {
    let args = shop.args(&shop.word("all"), month, "out", more);
    say(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

fn manifest(shop: &Shop) -> Value {
    let text = std::fs::read_to_string(shop.path("out/明细/run.json")).expect("run.json");
    serde_json::from_str(&text).expect("JSON")
}

fn outcomes(shop: &Shop) -> Vec<(String, String)> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let inputs = manifest(shop)["inputs"].as_array().expect("inputs").clone();
    inputs.iter().map(|input| (word(&input["file"]), word(&input["outcome"]))).collect()
}

fn codes(shop: &Shop) -> Vec<String> {
    let text = std::fs::read_to_string(shop.path("out/明细/findings.ndjson")).expect("findings");
    let code = |line: &str| {
        let finding: Value = serde_json::from_str(line).expect("JSON");
        finding["code"].as_str().unwrap_or_default().to_owned()
    };
    text.lines().map(code).collect()
}

#[test]
fn all_months_in_one_folder_are_run_one_by_one() {
    let shop = Shop::new(DEFINITION);
    for (month, units) in [("2026-01", &[HEFEI, WUHU][..]), ("2026-02", &[HEFEI, WUHU]), ("2026-03", &[HEFEI])] {
        for unit in units {
            let from = Path::new(&shop.file(month, &[(unit, "甲", 5)])).join(format!("{unit}.xlsx"));
            put(&shop.path("all"), &format!("{unit}{month}.xlsx"), &std::fs::read(from).expect("a return"));
        }
    }
    for (month, own) in [("2026-01", 2), ("2026-02", 2), ("2026-03", 1)] {
        let said = run(&shop, month, &[]);
        assert_eq!(said.code, 0, "{month} {}", said.err);
        let files = &manifest(&shop)["counts"]["files"];
        assert_eq!((&files["accepted"], &files["other-period"]), (&own.into(), &(5 - own).into()), "{month} {files}");
    }
    let chase = std::fs::read_to_string(shop.path("out/明细/2026年3月月度登记_催报.txt")).expect("the chase list");
    assert!(chase.contains("收到的是2026年2月、2026年1月的报表"), "{chase}");
    // Nobody reported April: whoever writes it means another month.
    let before = all_bytes(&shop.path("history"));
    let said = run(&shop, "2026-04", &[]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("--period 2026-02") && said.err.contains("--confirm-period"), "{}", said.err);
    assert_eq!(all_bytes(&shop.path("history")), before, "nothing stored");
    assert_eq!(run(&shop, "2026-04", &["--confirm-period"]).code, 0);
}

#[test]
fn a_sheet_a_month_counts_for_its_own_month() {
    for names in [
        ["1月", "2月", "3月"],
        ["一月份", "二月份", "三月份"],
        ["Jan", "Feb", "Mar"],
        ["2026.01", "2026.02", "2026.03"],
    ] {
        let shop = Shop::new(DEFINITION);
        let sheets = names.map(|name| month_sheet(name, "月度登记表", &format!("填报单位：{HEFEI}"), name));
        put(&shop.path("all"), "合肥市总工会.xlsx", &xlsx(&sheets));
        let said = run(&shop, "2026-03", &[]);
        assert_eq!(said.code, 0, "{}", said.err);
        let rows = &manifest(&shop)["counts"]["rows"];
        assert_eq!((&rows["accepted"], &rows["not_counted"]), (&1.into(), &2.into()), "{names:?}");
        let said = codes(&shop);
        assert_eq!(said.iter().filter(|code| *code == "sheet-other-period").count(), 2, "{said:?}");
        assert!(!said.contains(&"period-missing".to_owned()), "{said:?}");
    }
}

#[test]
fn where_the_period_is_said() {
    // Title, cover, sheet name, file name; the outcome and what is asked.
    for (title, cover, sheet, file, outcome, asked) in [
        ("月度登记表", "所属期：2026年3月", "Sheet1", "合肥", "accepted", None),
        ("2026年3月月度登记表", "", "Sheet1", "合肥", "accepted", None),
        ("月度登记表", "", "3月", "合肥", "accepted", None),
        ("月度登记表", "", "Sheet1", "合肥3月", "accepted", None),
        ("2026年度月度登记表", "", "Sheet1", "合肥2026年2月", "other-period", None),
        ("月度登记表", "", "Sheet1", "合肥2月", "other-period", None),
        ("2026年2月月度登记表", "", "Sheet1", "合肥", "other-period", None),
        // A filing date is no period, however it is written.
        ("月度登记表", "填报日期：2026年4月8日", "3月", "合肥2026.04.08", "accepted", None),
        ("月度登记表", "请于4月10日前报送", "3月", "合肥20260408", "accepted", None),
        // What weighs less and says otherwise is asked about.
        ("月度登记表", "所属期：2026年3月", "2月", "合肥", "accepted", Some("period-at-odds")),
        ("2026年3月月度登记表", "", "Sheet1", "合肥2月", "accepted", Some("period-at-odds")),
        // Spans and cumulations.
        ("月度登记表", "所属期：2026年3月-2026年5月", "Sheet1", "合肥", "accepted", Some("period-other-kind")),
        ("2026年1-3月月度登记表", "", "Sheet1", "合肥", "accepted", Some("period-other-kind")),
        ("月度登记表", "所属期：2026年3月（累计）", "Sheet1", "合肥", "accepted", Some("period-other-kind")),
        ("截至2026年3月月度登记表", "", "Sheet1", "合肥", "accepted", Some("period-other-kind")),
    ] {
        let shop = Shop::new(DEFINITION);
        put(&shop.path("all"), &format!("{file}.xlsx"), &xlsx(&[month_sheet(sheet, title, cover, "甲")]));
        let said = run(&shop, "2026-03", &["--confirm-period"]);
        assert_eq!(said.code, 0, "{title} {cover} {sheet} {file} {}", said.err);
        assert_eq!(outcomes(&shop)[0].1, outcome, "{title} {cover} {sheet} {file} {:?}", codes(&shop));
        let found = codes(&shop).into_iter().filter(|code| code.starts_with("period-") && code != "period-missing");
        assert_eq!(found.collect::<Vec<_>>(), asked.into_iter().collect::<Vec<_>>(), "{title} {cover} {sheet} {file}");
    }
}

#[test]
fn results_among_the_returns_are_ignored_and_replace_none() {
    let shop = Shop::new(DEFINITION);
    let returns = shop.file("2026-03", &[(HEFEI, "甲", 5)]);
    let to = |out: &str| {
        let args = shop.args(&returns, "2026-03", out, &[]);
        say(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let inside = Path::new(&returns).join("结果").to_str().expect("UTF-8").to_owned();
    for out in [&returns, &inside, &returns] {
        let said = to(out);
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.out.contains("结果在"), "quiet, and still says where: {}", said.out);
        let text = std::fs::read_to_string(Path::new(out).join("明细/run.json")).expect("run.json");
        let manifest: Value = serde_json::from_str(&text).expect("JSON");
        let (files, rows) = (&manifest["counts"]["files"], &manifest["counts"]["rows"]);
        assert_eq!((&files["accepted"], &files["unrecognised"]), (&1.into(), &0.into()), "{files}");
        assert_eq!(rows["data"], 1, "{rows}");
    }
    // Taken out of its folder, a workbook of results is known by its properties.
    let data = result(Path::new(&returns), "_数据版.xlsx");
    let elsewhere = shop.path("elsewhere");
    put(&elsewhere, "合肥市总工会3月.xlsx", &std::fs::read(&data).expect("bytes"));
    put(&elsewhere, "合肥.xlsx", &std::fs::read(Path::new(&returns).join(format!("{HEFEI}.xlsx"))).expect("bytes"));
    let args = shop.args(&elsewhere.to_string_lossy(), "2026-03", "out", &[]);
    assert_eq!(say(&args.iter().map(String::as_str).collect::<Vec<_>>()).code, 0);
    assert_eq!(outcomes(&shop).into_iter().map(|(_, outcome)| outcome).collect::<Vec<_>>(), ["accepted", "ignored"]);
    // A return of the very name of a result stays what it is, wherever results lie; so does what lies beside them.
    for (place, ending) in [("", "_呈报版.xlsx"), ("明细", "_工作版.xlsx"), ("明细", "_数据版.xlsx")] {
        let ours = result(Path::new(&returns), ending);
        let name = ours.file_name().expect("a name").to_string_lossy().into_owned();
        let trap = shop.path(&format!("trap{ending}"));
        let sent = std::fs::read(Path::new(&returns).join(format!("{HEFEI}.xlsx"))).expect("bytes");
        put(&trap.join(place), &name, &sent);
        put(&trap.join("明细"), "芜湖.xlsx", &sent);
        let before = all_bytes(&trap);
        let mut args = shop.args(&trap.to_string_lossy(), "2026-03", &format!("trap{ending}"), &[]);
        args.push("--no-history".to_owned());
        args.retain(|arg| arg != "--history" && *arg != shop.word("history"));
        let said = say(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(said.code, 2, "{ending}: {}{}", said.out, said.err);
        assert!(said.err.contains("会替换收到的文件"), "{}", said.err);
        let after = all_bytes(&trap);
        assert_eq!(before.len(), 2);
        for (name, bytes) in &before {
            assert_eq!(after.get(name), Some(bytes), "{name} is as it was");
        }
    }
}
