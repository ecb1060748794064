//! What a definition computes and judges by: computed columns, ranks, criteria, standards, rates, points.

use super::*;

#[test]
fn points_for_discipline_go_down_and_a_ranking_needs_them() {
    let rule = "[discipline]\non-time = 100\nlate-per-day = 5\nafter-grace = 60\nreturned = 40\nunreadable = 20\nmissing = 0\n";
    let with = |rule: &str, more: &str| {
        let text = SOUND.replacen("[[chart]]", &format!("{rule}\n{more}\n[[chart]]"), 1);
        (trial(&text), text)
    };
    let (plan, _) = with(rule, "");
    let read = plan.unwrap().discipline.unwrap();
    assert_eq!((read.on_time, read.late_per_day, read.after_grace, read.missing, read.periods), (100, 5, 60, 0, 12));
    let problems = |rule: &str, more: &str| -> Vec<(&'static str, String)> {
        let (read, _) = with(rule, more);
        read.unwrap_err().into_iter().map(|problem| (problem.code.as_str(), problem.message)).collect()
    };
    let order = problems(&rule.replace("returned = 40", "returned = 70"), "");
    assert_eq!(order, [("points-order", "“returned”70 分，比“after-grace”的 60 分还多".to_owned())]);
    assert_eq!(problems(&rule.replace("missing = 0\n", ""), "")[0].0, "missing-key");
    assert_eq!(problems(&rule.replace("missing = 0", "missing = -1"), "")[0].0, "wrong-type");
    assert_eq!(problems(&rule.replace("late-per-day", "late-per-days"), "")[0].0, "unknown-key");
    assert_eq!(problems(&format!("{rule}periods = 0\n"), "")[0].0, "no-periods");
    let ranking =
        "[[table]]\nid = \"rank\"\nsheet = \"排名\"\ntitle = \"排名\"\nkind = \"discipline\"\nby = \"ranking\"\n";
    assert!(with(rule, ranking).0.is_ok());
    assert_eq!(problems("", ranking)[0].0, "discipline-unscored");
}

#[test]
fn computed_columns_ranks_criteria_and_stated_totals() {
    const ADDED: &str = r#"[[form.computed]]
name  = "缺额"
value = "下限 - 人数"

[[form.computed]]
name   = "名次"
rank   = "缺额"
within = ["类别"]

[[form.stated-total]]
code        = "count"
severity    = "verify"
labels      = ["合计"]
measured-in = ["个"]
column      = "名称"
found       = "自报 {自报}，实有 {实有}"
expected    = "一致"
next        = "请核对"

"#;
    const LIST: &str = r#"[[table]]
id        = "list"
sheet     = "名单"
title     = "名单"
kind      = "list"
from      = "team"
ranked-by = "名次"
top       = 3
criteria  = [{ when = "缺额 > 0", reason = "缺 {缺额} 人" }, { top = 1, reason = "第 {本表名次} 名" }]
empty     = "没有"
columns   = [{ header = "名次", rank = "缺额", direction = "low-first" }, { header = "原因", value = "reason" }]

"#;
    let all = SOUND
        .replacen("[[lookup]]", &format!("{ADDED}[[lookup]]"), 1)
        .replacen("[[table]]", &format!("{LIST}[[table]]"), 1)
        .replacen(
            "{ name = \"个数\", count = \"team\" }",
            "{ name = \"平均\", average = \"team\", value = \"缺额\" }, { name = \"名次\", rank-of = \"平均\" }",
            1,
        )
        .replacen("label    = \"单位\"", "label    = \"单位\"\nranked-by = \"名次\"\ntop = 5", 1)
        .replacen("series = [\"个数\"]", "series = [\"平均\"]", 1);
    let plan =
        trial(&all).unwrap_or_else(|problems| panic!("{}", crate::definition::diagnostic::render(&problems, false)));
    assert_eq!(plan.forms[0].computed.len(), 2);
    let sources = plan.forms[0].sources(&["缺额".to_owned()].into_iter().collect());
    assert_eq!(sources.into_iter().collect::<Vec<_>>(), ["人数"]);
    for (from, to, code, help) in [
        ("value = \"下限 - 人数\"", "value = \"下限 - 人树\"", "sql-unknown-name", "人数"),
        ("name   = \"名次\"\nrank", "name   = \"类别\"\nrank", "duplicate-field", "另起"),
        ("rank   = \"缺额\"", "value = \"1\"\nrank   = \"缺额\"", "computed-kind", ""),
        ("rank   = \"缺额\"", "rank   = \"名称\"", "wrong-type", ""),
        ("within = [\"类别\"]", "within = [\"类\"]", "unknown-column", "类别"),
        ("column      = \"名称\"", "column      = \"名\"", "unknown-field", "名称"),
        ("自报 {自报}", "自报 {人数}", "unknown-hole", ""),
        ("ranked-by = \"名次\"\ntop       = 3", "ranked-by = \"原因\"\ntop       = 3", "unknown-rank", "名次"),
        (
            "ranked-by = \"名次\"\ntop       = 3\ncriteria  = [{ when = \"缺额 > 0\", reason = \"缺 {缺额} 人\" }, { top = 1, reason = \"第 {本表名次} 名\" }]",
            "top = 3\ncriteria  = [{ when = \"缺额 > 0\", reason = \"缺人\" }]",
            "top-without-rank",
            "ranked-by",
        ),
        ("{ when = \"缺额 > 0\", reason", "{ reason", "criterion-empty", ""),
        (", { header = \"原因\", value = \"reason\" }", "", "reasons-not-shown", "reason"),
        (
            "criteria  = [{ when = \"缺额 > 0\", reason = \"缺 {缺额} 人\" }, { top = 1, reason = \"第 {本表名次} 名\" }]\n",
            "",
            "reasons-missing",
            "",
        ),
        ("rank-of = \"平均\"", "rank-of = \"名次\"", "unknown-measure", "平均"),
        ("ranked-by = \"名次\"\ntop = 5", "ranked-by = \"平均\"\ntop = 5", "unknown-rank", "名次"),
        ("direction = \"low-first\"", "direction = \"lowfirst\"", "unknown-word", "low-first"),
    ] {
        assert!(all.contains(from), "{from}");
        let text = all.replacen(from, to, 1);
        let problems = trial(&text).map(|_| Vec::new()).unwrap_or_else(|problems| problems);
        assert_eq!(problems.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), [code], "{to}");
        assert!(problems[0].help.as_deref().unwrap_or("").contains(help), "{:?}", problems[0]);
    }
}

#[test]
fn standards_groups_rates_verdicts_and_criteria_of_measures() {
    const ADDED: &str = r#"[[form.standard]]
name        = "核定"
words       = "标准"
by          = "类别"
numerator   = "人数"
denominator = "总数"
bounds      = [{ value = "正式", compare = "at-least", bound = "98%" }, { value = "备选", compare = "equal", bound = "0%" }]

[[form.group]]
code     = "all-full"
severity = "verify"
by       = ["单位"]
when     = "总数 > 0"
values   = [{ name = "项数", count = "核定" }, { name = "合计", sum = "人数" }]
check    = "项数 < 2 OR 合计 < 下限"
found    = "{单位}的 {行数} 行合计 {合计}，{标准}"
expected = "少些"
next     = "请核实"
cells    = ["人数"]

"#;
    let measures = "{ name = \"个数\", count = \"team\" }, { name = \"率\", rate = \"team\", of = \"人数\", over = \"总数\" }, { name = \"结论\", verdict = \"team\", holds = \"核定\" }";
    let all = SOUND
        .replacen("  { name = \"类别\"", "  { name = \"总数\", type = \"integer\" },\n  { name = \"类别\"", 1)
        .replacen("[[lookup]]", &format!("{ADDED}[[lookup]]"), 1)
        .replacen("{ name = \"个数\", count = \"team\" }", measures, 1)
        .replacen(
            "rows     = \"unit\"",
            "rows     = \"unit\"\nempty = \"没有\"\ncriteria = [{ when = \"个数 > 下限 AND 结论 = '达标'\", reason = \"{个数} 个，{率}\" }]",
            1,
        );
    let plan =
        trial(&all).unwrap_or_else(|problems| panic!("{}", crate::definition::diagnostic::render(&problems, false)));
    let form = &plan.forms[0];
    let computed: Vec<&str> = form.computed.iter().map(|column| column.name.as_str()).collect();
    assert_eq!((computed, form.groups.len()), (vec!["核定", "标准"], 1));
    assert_eq!(form.standards[0].demands[1].words, "＝0%");
    for (from, to, code, help) in [
        ("by          = \"类别\"", "by          = \"名称\"", "wrong-type", ""),
        ("by          = \"类别\"", "by          = \"类\"", "unknown-field", "类别"),
        ("numerator   = \"人数\"", "numerator   = \"名称\"", "wrong-type", "整数"),
        ("value = \"备选\", compare", "value = \"备用\", compare", "unknown-code-value", "备选"),
        ("value = \"备选\", compare", "value = \"正式\", compare", "duplicate-bound", ""),
        ("compare = \"equal\"", "compare = \"equals\"", "unknown-word", "equal"),
        ("bound = \"0%\"", "bound = 7", "wrong-type", ""),
        ("words       = \"标准\"", "words       = \"名称\"", "bad-name", ""),
        ("sum = \"人数\" }", "sum = \"名称\" }", "wrong-type", ""),
        ("sum = \"人数\" }", "total = \"人数\" }", "group-value", ""),
        ("name = \"合计\", sum", "name = \"项数\", sum", "bad-name", ""),
        ("合计 < 下限\"", "人数 < 下限\"", "sql-unknown-name", "项数"),
        ("over = \"总数\"", "over = \"名称\"", "sql-type", ""),
        ("holds = \"核定\"", "holds = \"人数\"", "sql-type", ""),
        ("个数 > 下限 AND", "个娄 > 下限 AND", "sql-unknown-name", "个数"),
        ("rows     = \"unit\"", "total = \"合计\"\nrows     = \"unit\"", "criteria-not-here", ""),
        ("empty = \"没有\"\n", "", "missing-key", ""),
    ] {
        assert!(all.contains(from), "{from}");
        let problems = trial(&all.replacen(from, to, 1)).map(|_| Vec::new()).unwrap_or_else(|problems| problems);
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
        assert!(codes.contains(&code), "{to}: {codes:?}");
        assert!(
            problems.iter().any(|problem| problem.code == code
                && (problem.help.as_deref().unwrap_or("").contains(help) || problem.message.contains(help))),
            "{problems:?}"
        );
    }
}
