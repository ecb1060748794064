use crate::definition::read::read;
use crate::definition::{Against, Diagnostic, MeasureKind, Plan, SideBySide, TableKind, When};
use crate::domain::outlier::Money;

const SOUND: &str = r#"name   = "trial"
title  = "试验"
notice = "通知"
period = "month"
sample = { period = "2026-03", returns = "samples/trial" }

[[form]]
id     = "monthly"
title  = "月报"
unit   = "单位"
key    = ["单位"]
fields = [
  { name = "单位", type = "unit", required = true },
  { name = "提出", type = "integer" },
  { name = "累计提出", type = "integer" },
  { name = "创效", type = "number", measured-in = "万元" },
]

[[form.rule]]
code     = "sum-to-date"
severity = "block"
trial    = true
check    = "CASE WHEN 年初 THEN 累计提出 = 提出 ELSE 累计提出 = 上期.累计提出 + 提出 END"
found    = "累计 {累计提出}，上期累计 {上期.累计提出}"
expected = "累计等于上期累计加本月"
next     = "请核对"
cells    = ["累计提出"]

[[form.gone]]
code     = "unit-gone"
severity = "verify"
when     = "提出 > 0"
found    = "{单位}在{上期}有 {提出} 件"
expected = "本期也填报"
next     = "请核对"

[[form.outlier]]
code     = "benefit-outlier"
severity = "verify"
value    = "创效"
against  = "history"
floor    = 1
found    = "创效 {值} 万元"
expected = "和以往相当"
next     = "请核对"
cells    = ["创效"]

[[table]]
id       = "growth"
sheet    = "统计"
title    = "{报告期}统计"
rows     = "unit"
label    = "单位"
measures = [
  { name = "本月", sum = "monthly", value = "提出" },
  { name = "上月", sum = "monthly", value = "提出", period = "previous" },
  { name = "实现率", ratio = "monthly", of = "创效 > 0" },
  { name = "去年实现率", ratio = "monthly", of = "创效 > 0", period = "year-ago" },
  { name = "环比", growth = { comparable = false, now = "本月", before = "上月" } },
  { name = "可比环比", growth = { now = "本月", before = "上月", comparable = true } },
  { name = "变化", points = { now = "实现率", before = "去年实现率" } },
]

[[table]]
id             = "months"
sheet          = "各月"
title          = "各月"
rows           = "unit"
label          = "单位"
across-periods = 3
measures       = [{ name = "提出", sum = "monthly", value = "提出" }]
"#;

fn trial(text: &str) -> Result<Plan, Vec<Diagnostic>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trial").join("pipeline.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    read(&path)
}

#[track_caller]
fn single(from: &str, to: &str, code: &str, said: &str) {
    assert!(SOUND.contains(from), "{from}");
    let problems = trial(&SOUND.replacen(from, to, 1)).map(|_| Vec::new()).unwrap_or_else(|problems| problems);
    assert_eq!(problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), [code], "{problems:?}");
    let words = format!("{}{}", problems[0].message, problems[0].help.as_deref().unwrap_or(""));
    assert!(words.contains(said), "{words}");
}

#[test]
fn what_a_definition_says_of_other_periods() {
    let plan = trial(SOUND).unwrap_or_else(|problems| panic!("{problems:?}"));
    let form = &plan.forms[0];
    assert_eq!(form.key, [0]);
    assert!(form.rules[0].trial);
    assert_eq!(form.rules[0].check.columns(), ["累计提出", "提出", "上期.累计提出"]);
    let outlier = &form.outliers[0];
    assert_eq!((outlier.against, outlier.money), (Against::History { periods: 12 }, Some(Money::TenThousand)));
    assert_eq!((outlier.bounds.least, outlier.bounds.ratio, outlier.bounds.floor), (3, 3.0, 1.0));
    assert_eq!(form.gone.len(), 1);
    let TableKind::Statistic(growth) = &plan.tables[0].kind else { panic!("a statistic") };
    assert_eq!(growth.measures[1].period, When::Previous);
    assert!(matches!(growth.measures[4].kind, MeasureKind::Growth { now: 0, before: 1, comparable: false }));
    assert!(matches!(growth.measures[5].kind, MeasureKind::Growth { now: 0, before: 1, comparable: true }));
    assert!(matches!(growth.measures[6].kind, MeasureKind::Points { now: 2, before: 3, comparable: true }));
    let TableKind::Statistic(months) = &plan.tables[1].kind else { panic!("a statistic") };
    assert_eq!(months.across_periods, Some(SideBySide::Last(3)));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    single("key    = [\"单位\"]", "key    = [\"单位\", \"创效\"]", "key-not-a-name", "创效");
    single("key    = [\"单位\"]", "key    = [\"单为\"]", "unknown-field", "单位");
    single("{上期.累计提出}", "{上期.累积提出}", "unknown-hole", "上期.累计提出");
    single("上期.累计提出 + 提出 END", "上期.累积提出 + 提出 END", "sql-unknown-name", "上期.累计提出");
    single("when     = \"提出 > 0\"", "when     = \"上期.提出 > 0\"", "sql-no-earlier", "key");
    single("against  = \"history\"", "against  = \"histroy\"", "unknown-word", "history");
    single("against  = \"history\"", "against  = \"peers\"\nperiods = 3", "key-not-here", "history");
    single("floor    = 1", "ratio    = 0.5", "wrong-type", "ratio");
    single("value    = \"创效\"", "value    = \"单位\"", "wrong-type", "数");
    single("period = \"previous\"", "period = \"last\"", "unknown-word", "previous");
    single("period = \"year-ago\" }", "period = \"year-ago\", basis = \"read\" }", "measure-does-not-fit", "审核通过");
    single(
        "now = \"本月\", before = \"上月\", comparable",
        "now = \"上月\", before = \"本月\", comparable",
        "measure-does-not-fit",
        "可比",
    );
    single("now = \"实现率\"", "now = \"本月\"", "measure-does-not-fit", "ratio");
    single("across-periods = 3", "across-periods = 1", "wrong-type", "2");
    single(
        "value = \"提出\" }]",
        "value = \"提出\", period = \"previous\" }]",
        "measure-does-not-fit",
        "across-periods",
    );
    let chart = "\n[[chart]]\ntitle = \"图\"\ntable = \"months\"\nseries = [\"提出\"]\nkind = \"column\"\n";
    let measures = "measures       = [{ name = \"提出\", sum = \"monthly\", value = \"提出\" }]\n";
    single(measures, &format!("{measures}{chart}"), "unknown-series", "months");
    // Without a key there are no earlier records: each of the three says so.
    let problems = trial(&SOUND.replace("key    = [\"单位\"]\n", "")).unwrap_err();
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["sql-no-earlier", "unknown-hole", "key-missing", "key-missing"]);
}
