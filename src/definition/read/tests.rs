use super::*;
use crate::definition::plan::{Bound, FieldType, TableKind, TemplatePart};
use crate::language::Literal;

mod growth;
mod judged;

/// 1-based line and column, the column counted in characters, of a byte offset. An offset behind the end is the end.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines").join(name).join("pipeline.toml")
}

fn shipped_plan(name: &str) -> Plan {
    read(&shipped(name))
        .unwrap_or_else(|problems| panic!("{}", crate::definition::diagnostic::render(&problems, false)))
}

const SOUND: &str = r#"name   = "trial"
title  = "试验"
notice = "通知"
period = "year"
sample = { period = "2026", returns = "samples/trial" }

[values]
"下限" = 3

[codes.class]
values = ["正式", "备选"]
also   = { "备用" = "备选" }

[[reference]]
name    = "台账"
columns = [{ name = "年度", type = "integer" }, { name = "名称", type = "text", required = true }]

[[form]]
id     = "team"
title  = "申报表"
unit   = "单位"
fields = [
  { name = "单位", type = "unit", required = true },
  { name = "名称", type = "text", required = true },
  { name = "人数", type = "integer", required = true },
  { name = "类别", type = "code", codes = "class" },
]

[[form.rule]]
code     = "too-small"
severity = "block"
check    = "人数 >= 下限"
found    = "只有 {人数} 人"
expected = "不少于 {下限} 人"
next     = "请核实"
cells    = ["人数"]

[[lookup]]
id        = "known"
form      = "team"
reference = "台账"
on        = { "名称" = "名称" }
show      = "{年度}年"

[[table]]
id       = "count"
sheet    = "统计"
title    = "{报告期}统计"
rows     = "unit"
label    = "单位"
measures = [{ name = "个数", count = "team" }]

[[chart]]
title  = "图"
table  = "count"
series = ["个数"]
kind   = "column"
"#;

/// Writes a definition named `trial` and reads it.
fn trial(text: &str) -> Result<Plan, Vec<Diagnostic>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trial").join("pipeline.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    read(&path)
}

/// (line, column, code) of each problem.
fn places(text: &str, problems: &[Diagnostic]) -> Vec<(usize, usize, &'static str)> {
    problems
        .iter()
        .map(|problem| {
            let (line, column) = line_and_column(text, problem.span.as_ref().unwrap().start);
            (line, column, problem.code.as_str())
        })
        .collect()
}

/// Problems after one replacement in the sound definition.
fn after(from: &str, to: &str) -> (String, Vec<Diagnostic>) {
    assert!(SOUND.contains(from), "{from}");
    let text = SOUND.replacen(from, to, 1);
    let problems = trial(&text).map(|_| Vec::new()).unwrap_or_else(|problems| problems);
    (text, problems)
}

#[track_caller]
fn single(from: &str, to: &str, code: &str, help: &str) {
    let (text, problems) = after(from, to);
    assert_eq!(problems.len(), 1, "{:?}", places(&text, &problems));
    assert_eq!(problems[0].code, code);
    assert!(problems[0].help.as_deref().unwrap_or("").contains(help), "{:?}", problems[0]);
}

#[test]
fn the_shipped_definitions_read() {
    // Every one of them, so that each of their conditions passes the gate under the types of its own columns.
    let pipelines = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines");
    let folders = std::fs::read_dir(pipelines).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let plans: Vec<Plan> = folders.filter(|name| shipped(name).exists()).map(|name| shipped_plan(&name)).collect();
    let rules = plans.iter().flat_map(|plan| &plan.forms).map(|form| form.rules.len()).sum::<usize>();
    assert!(plans.len() >= 6 && rules > 40, "{} {rules}", plans.len());
    let teams = shipped_plan("model-teams");
    assert_eq!(teams.forms.len(), 2);
    assert_eq!(teams.forms[0].columns().len(), teams.forms[0].fields.len() + 6);
    assert_eq!(teams.quota.as_ref().map(|quota| quota.standby_rate), Some((1, 5)));
    assert!(teams.codes.iter().any(|list| list.id == "industry" && list.values.len() == 20));
    let accidents = teams.forms[0].fields.iter().find(|field| &*field.name == "近三年安全事故").unwrap();
    assert!(accidents.none_is_zero && accidents.ty == FieldType::Integer);
    let [too_small, ..] = teams.forms[0].rules.as_slice() else { panic!("no rules") };
    let expected = [TemplatePart::Text("不少于 3 人".to_owned())];
    assert_eq!(too_small.expected.parts, expected);
    assert_eq!(too_small.found.parts[1], TemplatePart::Hole("人数".to_owned()));

    let honours = shipped_plan("honours");
    assert_eq!(honours.shares[0].bound, Bound::Ratio { num: 1, den: 2 });
    assert_eq!(honours.shares.iter().filter(|share| share.enabled).count(), 1);
    let roll = honours.tables.iter().find(|table| table.id == "roll-individual").unwrap();
    let TableKind::List(list) = &roll.kind else { panic!("not a list") };
    let private: Vec<&str> = list
        .columns
        .iter()
        .filter(|column| matches!(column.value, crate::definition::ListValue::Column { private: true, .. }))
        .map(|column| column.header.as_str())
        .collect();
    assert_eq!(private, ["身份证号"]);
}

#[test]
fn a_sound_definition_reads_and_each_file_counts_in_its_hash() {
    let plan = trial(SOUND).unwrap();
    assert_eq!(plan.values[0].value, Literal::Integer(3));
    // The words that the program brings along make no other definition.
    assert_eq!(plan.sha256, hex(&Sha256::digest(SOUND.as_bytes())));
    assert_eq!(plan.forms[0].rules[0].line, 29);
    assert_eq!(plan.lookups[0].on, [(1, "名称".to_owned())]);
    let plan = trial(&SOUND.replace("{报告期}统计", "{报告期}不少于{下限}人的统计")).unwrap();
    assert_eq!(plan.tables[0].title, "{报告期}不少于3人的统计");
}

#[test]
fn ten_mistakes_are_ten_diagnostics_in_order() {
    let text = SOUND
        .replace("period = \"year\"", "period = \"yaer\"")
        .replace("\"备用\" = \"备选\"", "\"备用\" = \"备先\"")
        .replace("type = \"text\", required = true }]", "type = \"txet\", required = true }]")
        .replace("type = \"integer\", required = true },\n", "type = \"integer\", requierd = true },\n")
        .replace("codes = \"class\"", "codes = \"clas\"")
        .replace("\"人数 >= 下限\"", "\"人教 >= 下限\"")
        .replace("{人数} 人", "{人树} 人")
        .replace("cells    = [\"人数\"]", "cells    = 3")
        .replace("form      = \"team\"", "form      = \"taem\"")
        .replace("series = [\"个数\"]", "series = [\"个树\"]");
    let problems = trial(&text).unwrap_err();
    assert_eq!(
        places(&text, &problems),
        [
            (4, 10, "unknown-word"),
            (12, 19, "unknown-code-value"),
            (16, 69, "unknown-word"),
            (25, 36, "unknown-key"),
            (26, 41, "unknown-codes"),
            (32, 13, "sql-unknown-name"),
            (33, 16, "unknown-hole"),
            (36, 12, "wrong-type"),
            (40, 13, "unknown-form"),
            (56, 11, "unknown-series"),
        ]
    );
    for (problem, near) in
        problems.iter().zip(["year", "备选", "text", "required", "class", "人数", "人数", "", "team", "个数"])
    {
        assert!(near.is_empty() || problem.help.as_deref().unwrap_or("").contains(near), "{problem:?}");
    }
    let shown = crate::definition::diagnostic::render(&problems, false);
    assert!(shown.ends_with("共 10 处问题\n") && shown.contains("pipeline.toml"), "{shown}");
}

#[test]
fn every_kind_of_mistake_is_found() {
    single("title  = \"试验\"\n", "", "missing-key", "");
    single("name   = \"trial\"", "name   = \"other\"", "name-not-folder", "trial");
    single("period = \"2026\"", "period = \"2026-03\"", "bad-period", "");
    single("\"备用\" = \"备选\"", "\"正式\" = \"备选\"", "duplicate-code-value", "");
    single("\"下限\" = 3", "\"人数\" = 3\n\"下限\" = 3", "bad-name", "");
    single("\"下限\" = 3", "\"本年\" = 3\n\"下限\" = 3", "bad-name", "");
    single("name = \"类别\",", "name = \"类别\", also = [\"人 数\"],", "duplicate-header", "under");
    single(
        "codes = \"class\" },",
        "codes = \"class\" },\n  { name = \"类别\", type = \"text\", header = \"另一列\" },",
        "duplicate-field",
        "",
    );
    single("type = \"integer\", required", "type = \"integer\", none = 1, required", "none-not-zero", "");
    single("codes = \"class\" }", "codes = \"class\", absent = \"正试\" }", "unknown-code-value", "正式");
    single(
        "type = \"integer\", required = true },\n",
        "type = \"score\", required = true },\n",
        "missing-key",
        "bands",
    );
    single("unit   = \"单位\"", "unit   = \"名称\"", "unit-not-a-unit", "");
    single("code     = \"too-small\"", "code     = \"Too_Small\"", "bad-code", "");
    single("reference = \"台账\"", "reference = \"台帐\"", "unknown-reference", "台账");
    single("on        = { \"名称\" = \"名称\" }", "on        = { \"名称\" = \"年度\" }", "wrong-type", "");
    single("count = \"team\" }", "count = \"team\", sum = \"team\" }", "measure-kind", "");
    single("count = \"team\" }", "count = \"team\" }, { name = \"缺\", quota = \"gap\" }", "measure-does-not-fit", "");
    single(
        "count = \"team\" }",
        "count = \"team\" }, { name = \"缺\", outstanding = \"knwon\" }",
        "unknown-lookup",
        "known",
    );
    single(
        "count = \"team\" }",
        "count = \"team\" }, { name = \"比\", portion-of = \"个树\" }",
        "unknown-measure",
        "个数",
    );
    single("rows     = \"unit\"", "rows     = { codes = \"名称\" }", "unknown-code-column", "类别");
    single("sheet    = \"统计\"", "sheet    = \"甲/乙\"", "bad-sheet-name", "");
    single("sheet    = \"统计\"", "sheet    = \"总览\"", "bad-sheet-name", "");
    single("title    = \"{报告期}统计\"", "title    = \"{报告其}统计\"", "unknown-hole", "报告期");
    single("series = [\"个数\"]", "series = []", "empty-list", "");
    single("cells    = [\"人数\"]", "cellls = [\"人数\"]", "unknown-key", "cells");
    single("title    = \"{报告期}统计\"", "title    = \"{报告期}{前几名}统计\"", "key-not-here", "");
    single("sheet    = \"统计\"", "sheet    = \"统计\"\nexcept   = \"cuont\"", "unknown-table", "count");
    single("severity = \"block\"", "severity = \"block\"\nholds    = [\"人数\"]", "key-not-here", "必改");
    single("severity = \"block\"", "severity = \"verify\"\nholds    = [\"人树\"]", "unknown-field", "人数");
    single("table  = \"count\"", "table  = \"cuont\"", "unknown-table", "count");
    single("[[chart]]", "extra = 1\n[[chart]]", "unknown-key", "");
    single("notice = \"通知\"", "notice = \"通知\"\nnotice = \"通知\"", "duplicate-key", "");
    single("notice = \"通知\"", "notice = \"通知", "toml-syntax", "");
    single("sample =", "include = [\"nowhere.toml\"]\nsample =", "include-unreadable", "");
    let again = SOUND.find("[[form.rule]]").map(|at| &SOUND[at..SOUND.find("[[lookup]]").unwrap()]).unwrap();
    single("[[lookup]]", &format!("{again}[[lookup]]"), "duplicate-code", "");
}

#[test]
fn places_inside_strings_are_exact_unless_escapes_stand_between() {
    let column = |check: &str| {
        let (text, problems) = after("\"人数 >= 下限\"", check);
        places(&text, &problems)[0].1
    };
    assert_eq!(column("\"人教 >= 下限\""), 13);
    assert_eq!(column("'下限 <= 人教'"), 19);
    assert_eq!(column("\"\"\"\n人教 >= 下限\"\"\""), 1);
    // An escape: the whole value, from its quote.
    assert_eq!(column("\"\\u4eba教 >= 下限\""), 12);
}

#[test]
fn included_files_carry_their_own_path() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trial").join("pipeline.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, SOUND.replace("sample =", "include = [\"../codes.toml\"]\nsample =")).unwrap();
    let shared = folder.path().join("codes.toml");
    std::fs::write(&shared, "[codes.sex]\nvalues = [\"男\", \"女\"]\n").unwrap();
    let plan = read(&path).unwrap();
    assert_eq!(plan.codes.iter().map(|list| list.id.as_str()).collect::<Vec<_>>(), ["sex", "class"]);
    std::fs::write(&shared, "[codes.sex]\nvalues = [\"男\", \"男\"]\nalos = {}\n").unwrap();
    let problems = read(&path).unwrap_err();
    assert!(problems.iter().all(|problem| problem.path == shared), "{problems:?}");
    assert_eq!(
        problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(),
        ["duplicate-code-value", "unknown-key"]
    );
}

#[test]
fn one_mistake_is_not_reported_again_where_it_is_used() {
    // The only other use of the field 名称 is in the lookup; 人数 is used in a rule; 类别 as rows of a table.
    let text = SOUND
        .replace("{ name = \"名称\", type = \"text\", required = true },\n  { name = \"人数\"", "{ name = \"人数\"");
    let (text, problems) = (text.clone(), trial(&text).unwrap_err());
    assert_eq!(places(&text, &problems).iter().map(|place| place.2).collect::<Vec<_>>(), ["unknown-field"]);
    single(
        "type = \"integer\", required = true },\n",
        "type = \"integr\", required = true },\n",
        "unknown-word",
        "integer",
    );
    let grouped = "rows     = { codes = \"类别\" }";
    let (_, problems) = after("rows     = \"unit\"", grouped);
    assert_eq!(problems, []);
    let text = SOUND.replace("rows     = \"unit\"", grouped).replace("codes = \"class\"", "codes = \"clas\"");
    assert_eq!(trial(&text).unwrap_err().len(), 1);
    let text = text.replace("sample =", "include = [\"nowhere.toml\"]\nsample =");
    let codes: Vec<&str> = trial(&text).unwrap_err().iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["include-unreadable"]);
}

#[test]
fn files_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let code = |path: &Path| read(path).unwrap_err()[0].code;
    assert_eq!(code(&folder.path().join("pipeline.toml")), "file-missing");
    assert_eq!(code(folder.path()), "not-a-file");
    let path = folder.path().join("gbk.toml");
    std::fs::write(&path, [0xce, 0xd2]).unwrap();
    assert_eq!(code(&path), "not-utf8");
}

#[test]
fn seasons_and_campaigns_are_declared_in_full() {
    let period = "period = \"year\"\nsample = { period = \"2026\"";
    let with = |lines: &str, sample: &str| format!("{lines}\nsample = {{ period = \"{sample}\"");
    let heating = "season = { name = \"采暖期\", first = \"11-15\", last = \"03-15\" }";
    let sound = SOUND.replacen(period, &with(&format!("period = \"season\"\n{heating}"), "2025–2026采暖期"), 1);
    let plan = trial(&sound).unwrap();
    assert_eq!(plan.schedule.parse("2025-2026采暖期").map(|period| period.key()).as_deref(), Some("2025-2026采暖期"));
    let one = |lines: &str, sample: &str, code: &str, help: &str| single(period, &with(lines, sample), code, help);
    one("period = \"season\"", "2025-2026", "season-missing", "采暖期");
    one(&format!("period = \"year\"\n{heating}"), "2026", "season-not-here", "删去 season");
    one(&format!("period = \"month\"\n{heating}"), "2026-07", "bad-period", "");
    one(&format!("period = \"month\"\n{}", heating.replace("03-15", "02-29")), "2026-01", "bad-month-day", "02-28");
    one(&format!("period = \"month\"\n{}", heating.replace("采暖期", "采 暖")), "2026-01", "bad-period-name", "标点");
    let campaign = "campaigns = [{ name = \"百日攻坚\", first = \"2026-03-01\", last = \"2026-06-08\" }]";
    let twice = campaign.replace("}]", "}, { name = \"百日攻坚\", first = \"2026-06-08\", last = \"2026-07-01\" }]");
    let of = |campaigns: &str| format!("period = \"campaign\"\n{campaigns}");
    assert!(trial(&SOUND.replacen(period, &with(&of(campaign), "百日攻坚"), 1)).is_ok());
    one(&format!("period = \"month\"\n{campaign}"), "2026-01", "campaign-not-here", "删去 campaigns");
    one(&of(&twice), "百日攻坚=2026-03-01至2026-06-08", "duplicate-campaign", "改名称或日期");
    one(&of(&campaign.replace("06-08", "02-08")), "甲=2026-03-01至2026-06-08", "dates-order", "");
    one(&of(&campaign.replace("06-08", "06-31")), "甲=2026-03-01至2026-06-08", "bad-date", "2026-03-01");
}

#[test]
fn an_earlier_name_belongs_to_one_field() {
    let name = "{ name = \"名称\", type = \"text\", required = true },\n  { name = \"人数\"";
    let plan = trial(&SOUND.replacen("name = \"人数\"", "name = \"人数\", was = [\"员工数\"]", 1)).unwrap();
    assert_eq!(plan.forms[0].fields[2].was, ["员工数"]);
    single("name = \"人数\"", "name = \"人数\", was = [\"名称\"]", "was-not-clear", "以前的");
    single("name = \"类别\"", "name = \"row\"", "bad-name", "换一个名字");
    let both = name.replace("type = \"text\"", "was = [\"旧\"], type = \"text\"") + ", was = [\"旧\"]";
    single(name, &both, "was-not-clear", "以前的");
}

#[test]
fn a_ledger_says_where_every_column_comes_from() {
    let ledger = "[[ledger]]\nform = \"team\"\nreference = \"台账\"\nwhere = \"类别 = '正式'\"\ncolumns = [\n\
                  { name = \"年度\", value = \"year\" },\n{ name = \"名称\", column = \"名称\" },\n]\n\n[[table]]";
    let plan = trial(&SOUND.replacen("[[table]]", ledger, 1)).unwrap();
    assert_eq!(plan.ledger[0].columns.len(), 2);
    let one = |from: &str, to: &str, code: &str, help: &str| {
        assert!(ledger.contains(from), "{from}");
        single("[[table]]", &ledger.replacen(from, to, 1), code, help);
    };
    one("{ name = \"名称\", column = \"名称\" },\n", "", "ledger-incomplete", "补上");
    one("value = \"year\"", "value = \"yaer\"", "unknown-word", "year");
    one("value = \"year\"", "column = \"名称\"", "wrong-type", "");
    one("column = \"名称\"", "column = \"名城\"", "unknown-column", "名称");
    one("column = \"名称\"", "column = \"名称\", text = \"甲\"", "ledger-value", "例如");
    one("name = \"年度\"", "name = \"年份\"", "unknown-column", "年度");
}

/// A definition that nobody wrote ends in a message, and soon.
#[test]
fn definitions_without_measure_are_refused_quickly() {
    let started = std::time::Instant::now();
    let rule = "\n[[form.rule]]\ncode = \"r-AT\"\nseverity = \"note\"\ncheck = \"人数 > 1\"\nfound = \"f\"\nexpected = \"e\"\n\
                next = \"n\"\ncells = [\"人数\"]\n";
    let rules: String = (0..20_000).map(|at| rule.replace("AT", &at.to_string())).collect();
    let at = SOUND.find("\n[[form.rule]]").unwrap();
    let problems = trial(&format!("{}{rules}{}", &SOUND[..at], &SOUND[at..])).unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), ["too-many"]);
    assert!(problems[0].message.contains("20001"), "{}", problems[0].message);

    let tables: String = (0..150_000).map(|at| format!("[[table]]\nid = \"t{at}\"\n")).collect();
    let problems = trial(&format!("{SOUND}\n{tables}")).unwrap_err();
    assert!(problems.iter().any(|problem| problem.code == "too-many"), "{problems:?}");
    // As many problems as lines are shown in part, and counted in full.
    let lines: String = (0..20_000).map(|at| format!("x{at} = 1\n")).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trial").join("pipeline.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, format!("{lines}{SOUND}")).unwrap();
    let shown = crate::definition::diagnostic::render(&read(&path).unwrap_err(), false);
    assert!(
        shown.ends_with("以上是前 200 处，改正后再检查其余的。\n共 20000 处问题\n"),
        "{}",
        &shown[shown.len() - 200..]
    );
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn includes_stay_inside_and_have_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipelines/trial/pipeline.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let codes = |include: &str| -> Vec<&'static str> {
        std::fs::write(&path, SOUND.replace("sample =", &format!("include = [{include}]\nsample ="))).unwrap();
        read(&path).err().unwrap_or_default().iter().map(|problem| problem.code.as_str()).collect()
    };
    std::fs::write(folder.path().join("outside.toml"), "[codes.sex]\nvalues = [\"男\"]\n").unwrap();
    assert_eq!(codes("\"../../outside.toml\""), ["include-outside"]);
    let own = folder.path().join("pipelines/trial/large.toml");
    std::fs::write(&own, format!("#{}\n", "x".repeat(3 << 20))).unwrap();
    assert_eq!(codes("\"large.toml\""), [""; 0]);
    assert_eq!(codes("\"large.toml\", \"large.toml\""), ["include-unreadable"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("outside.toml"), own.with_file_name("link.toml")).unwrap();
        assert_eq!(codes("\"link.toml\""), ["include-outside"]);
    }
}

#[test]
fn a_rule_may_not_take_a_code_of_the_program() {
    single("code     = \"too-small\"", "code     = \"unit-unknown\"", "duplicate-code", "换一个代码");
}
