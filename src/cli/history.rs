//! `huizong history`: what the history store holds, and where it has gaps.

use super::arguments::HistoryOptions;
use super::screen::{Exit, say};
use crate::definition::Plan;
use crate::domain::period::Period;
use crate::formats::allowance::Allowance;
use crate::history::History;
use crate::history::survey::{StoreSurvey, SurveyedPeriod, survey};
use crate::run::{Prepared, Stop};
use crate::workspace::{self, Workspace};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Lists the periods of one pipeline, or of all that are stored.
///
/// # Errors
/// The folder or the pipeline is not there, or a definition is wrong.
pub fn history(options: &HistoryOptions) -> Result<Exit, Stop> {
    let workspace = Workspace::find(options.pipelines.as_deref())?;
    if let Some(missing) = options.past.history.as_deref().filter(|folder| !folder.is_dir()) {
        let missing = missing.display();
        return Err(Stop::Input(format!("历史库文件夹“{missing}”不存在。请检查 --history 后面的路径。")));
    }
    if let (Some(period), Some(name)) = (&options.remove, &options.pipeline) {
        return remove(options, &workspace, name, period);
    }
    // Without a folder both are shown, each by its name: nobody should look at the sample's and take it for his own.
    let roots = workspace::histories(options.past.history.as_deref());
    let names = options.pipeline.clone().map_or_else(|| workspace.names(), |name| vec![name]);
    let plans = names.iter().map(|name| workspace.plan(name)).collect::<Result<Vec<_>, _>>()?;
    let mut unknown = Vec::new();
    let found: Vec<(PathBuf, Vec<(&Plan, StoreSurvey)>)> = roots
        .into_iter()
        .filter(|root| root.is_dir())
        .map(|root| {
            let stored = plans.iter().map(|plan| (plan, survey(&root, plan)));
            let stored = stored.filter(|(_, survey)| !survey.periods.is_empty() || !survey.strangers.is_empty());
            let stored = stored.collect();
            if options.pipeline.is_none() {
                unknown.extend(without_definition(&root, &workspace.names()));
            }
            (root, stored)
        })
        .collect();
    say(&if options.json { for_machines(&found) } else { for_people(&found) + &unknown.concat() });
    Ok(Exit::Clean)
}

/// Shows what is stored of one period, and with `--yes` takes it out.
fn remove(options: &HistoryOptions, workspace: &Workspace, name: &str, written: &str) -> Result<Exit, Stop> {
    let prepared = workspace.prepare(name, None, Some(written), Allowance::default())?;
    let Prepared { plan, reference, period, .. } = &prepared;
    let root = workspace.history(options.past.history.as_deref(), &[]);
    let stored = survey(&root, plan).periods.into_iter().find(|stored| stored.period == *period);
    let title = format!("{}{}", period.title(), plan.title);
    let Some(stored) = stored else {
        return Err(Stop::Usage(format!("历史库 {} 里没有{title}。", root.display())));
    };
    if !matches!(stored.issued, Ok(None)) {
        return Err(Stop::Usage(format!("{title}已经印发，不能从历史库删去。")));
    }
    let shown = line(&stored, plan);
    if !options.yes {
        say(&format!("将从历史库 {} 删去：\n  {shown}\n现在没有删。确认删去的，加 --yes 再运行。\n", root.display()));
        return Ok(Exit::Clean);
    }
    let aside = History::open(Some(&root), plan, reference, period).remove_own().map_err(Stop::Output)?;
    say(&format!(
        "已从历史库删去：\n  {shown}\n副本留在 {}，下一次汇总“{}”时删除；要恢复的，在那以前移回原处。\n",
        aside.display(),
        plan.title
    ));
    Ok(Exit::Clean)
}

/// Folders that no definition goes with, as lines: their periods can be read by nobody.
fn without_definition(root: &Path, names: &[String]) -> Vec<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let folders =
        entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut strange: Vec<String> = folders.filter(|name| !names.contains(name)).collect();
    strange.sort();
    strange.iter().map(|name| format!("  没有“{name}”这个流程的定义：{}\n", root.join(name).display())).collect()
}

fn for_people(found: &[(PathBuf, Vec<(&Plan, StoreSurvey)>)]) -> String {
    let mut out = String::new();
    for (root, stored) in found {
        let _ = writeln!(out, "历史库 {}", root.display());
        for (plan, survey) in stored {
            let _ = writeln!(out, "  {} {}", plan.name, plan.title);
            for period in &survey.periods {
                let _ = writeln!(out, "    {}", line(period, plan));
            }
            if !survey.gaps.is_empty() {
                let titles: Vec<String> = survey.gaps.iter().map(Period::title).collect();
                let _ = writeln!(out, "    缺：{}", titles.join("、"));
            }
            if !survey.strangers.is_empty() {
                let _ = writeln!(out, "    不是本流程的报告期，没有使用：{}", survey.strangers.join("、"));
            }
        }
    }
    if found.iter().all(|(_, stored)| stored.is_empty()) {
        out += "历史库里还没有数据。每次运行 huizong run 会把本期计入的数据存进去。\n";
    }
    out
}

/// `2026年3月  36 个单位中 34 个通过  合理化建议月报 520 行  已印发（皖工办〔2026〕5号，更正 1 次）`.
fn line(stored: &SurveyedPeriod, plan: &Plan) -> String {
    let title = stored.period.title();
    let head = match &stored.head {
        Ok(head) => head,
        Err(why) => return format!("{title}  {}；已按没有处理，文件原样保留", why.words()),
    };
    let mut parts = vec![title, format!("{} 个应报单位中 {} 个通过", head.expected, head.reported)];
    parts.extend(head.forms.iter().map(|form| format!("{} {} 行", form.title, form.rows)));
    parts.push(match &stored.issued {
        Ok(None) => "未印发".to_owned(),
        Ok(Some(issued)) => match issued.amended.len() {
            0 => format!("已印发（{}）", issued.number),
            times => format!("已印发（{}，更正 {times} 次）", issued.number),
        },
        Err(why) => format!("印发记录不能用：{}", why.words()),
    });
    if stored.results_ahead {
        parts.push("上次汇总写出了结果，没来得及存入历史库，请重新汇总这一期".to_owned());
    }
    if stored.halfway {
        parts.push("上次写入中断，这里是中断以前的内容，请重新汇总这一期".to_owned());
    }
    if !stored.whole {
        parts.push("有文件缺失或不完整，按没有处理".to_owned());
    }
    if head.definition_sha256 != plan.sha256 {
        parts.push("存入后流程定义改过".to_owned());
    }
    parts.join("  ")
}

fn for_machines(found: &[(PathBuf, Vec<(&Plan, StoreSurvey)>)]) -> String {
    let roots: Vec<Value> = found
        .iter()
        .map(|(root, stored)| {
            let pipelines: Vec<Value> = stored.iter().map(|(plan, survey)| pipeline(plan, survey)).collect();
            json!({ "history": root.to_string_lossy(), "pipelines": pipelines })
        })
        .collect();
    format!("{}\n", Value::from(roots))
}

fn pipeline(plan: &Plan, survey: &StoreSurvey) -> Value {
    let period = |stored: &SurveyedPeriod| {
        let head = stored.head.as_ref().ok();
        let forms: Option<Vec<Value>> =
            head.map(|head| head.forms.iter().map(|form| json!({ "id": form.id, "rows": form.rows })).collect());
        let issued = stored.issued.as_ref().ok().and_then(Option::as_ref);
        json!({
            "period": stored.period.key(),
            "unusable": stored.head.as_ref().err().map(|why| why.words()),
            "whole": stored.whole,
            "halfway": stored.halfway,
            "results_ahead": stored.results_ahead,
            "expected": head.map(|head| head.expected),
            "reported": head.map(|head| head.reported),
            "forms": forms,
            "same_definition": head.map(|head| head.definition_sha256 == plan.sha256),
            "issued": issued.map(|issued| json!({ "number": issued.number, "corrections": issued.amended.len() })),
            "issue_unusable": stored.issued.as_ref().err().map(|why| why.words()),
        })
    };
    json!({
        "pipeline": plan.name,
        "periods": survey.periods.iter().map(period).collect::<Vec<_>>(),
        "gaps": survey.gaps.iter().map(Period::key).collect::<Vec<_>>(),
        "strangers": survey.strangers,
    })
}
