//! The command line as typed options. All help is Chinese; each verb carries an example.

use super::usage::{self, ParsingStop};
use crate::ingest::Limits;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "huizong",
    version,
    about = "汇总：把各单位报来的 Excel 报表核对、汇总成全省统计表",
    after_help = "例：\n  huizong run model-teams\n  huizong run honours --returns 报表 --period 2026 --out 结果\n\n退出码：0 无问题 · 1 已运行，有“必改”问题 · 2 用法或定义有误 · 3 输入读不了或结果写不出"
)]
pub struct Arguments {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// 收报表、核对、汇总，写出呈报版、工作版和审核问题
    #[command(
        after_help = "例：\n  huizong run model-teams\n  huizong run honours --returns 2026年评优 --reference 参照表 --period 2026 --out 结果"
    )]
    Run(RunOptions),
    /// 列出历史库里存了哪些报告期
    #[command(
        after_help = "例：\n  huizong history\n  huizong history innovation --history D:\\汇总历史\n  huizong history innovation --remove 2026-03"
    )]
    History(HistoryOptions),
    /// 印发一期：记下文号并锁定，以后更正须写理由
    #[command(
        after_help = "例：\n  huizong issue innovation --period 2026-03 --number 皖工办〔2026〕5号\n  huizong issue model-teams --period 2026 --number 皖工发〔2026〕12号 --ledger\n  huizong issue model-teams --period 2026 --number 皖工发〔2026〕12号 --ledger --selected 入选名单.xlsx"
    )]
    Issue(IssueOptions),
    /// 把（改过的）规则拿到历史库各期上试算：会退回多少行、多少单位
    #[command(
        after_help = "例：\n  huizong replay innovation --rule benefit-out-of-line\n  huizong replay innovation --periods 2025-01..2026-03"
    )]
    Replay(ReplayOptions),
    /// 只核对一份或一批报表，不做统计（报送前自查用）
    #[command(after_help = "例：\n  huizong check 合肥市申报表.xlsx\n  huizong check model-teams 合肥市申报表.xlsx")]
    Check(CheckOptions),
    /// 检查流程定义和参照表是否写对
    #[command(after_help = "例：\n  huizong lint model-teams\n  huizong lint --explain unit-unknown")]
    Lint(LintOptions),
    /// 把参照表写成 Excel 改不坏的工作簿：文本列、下拉列表、筛选、表头说明
    #[command(
        after_help = "例：\n  huizong tables --out 新参照表\n  huizong tables --reference D:\\参照表 --out 新参照表"
    )]
    Tables(TablesOptions),
    /// 生成虚构的样例报表（试用和压力测试）
    #[command(after_help = "例：\n  huizong sample model-teams --units 20000 --out 试验")]
    Sample(SampleOptions),
    /// 与裸 calamine 读同一批文件比较耗时和内存
    #[command(after_help = "例：\n  huizong bench --files 2000")]
    Bench(BenchOptions),
    /// 输出命令行自动补全脚本
    #[command(after_help = "例：\n  huizong completions powershell > huizong.ps1")]
    Completions {
        /// 终端种类：bash、elvish、fish、powershell、zsh
        #[arg(value_name = "终端")]
        shell: clap_complete::Shell,
    },
}

/// Options of every verb that reads returns.
#[derive(Debug, Clone, Args)]
pub struct Reading {
    /// 参照表所在文件夹（单位名册、荣誉台账等；缺的表用自带的）
    #[arg(long, value_name = "文件夹")]
    pub reference: Option<PathBuf>,
    /// 报告期，如 2026、2026-03、2026Q1
    #[arg(long, value_name = "报告期")]
    pub period: Option<String>,
    /// 流程定义所在文件夹（默认用程序自带的 pipelines）
    #[arg(long, value_name = "文件夹")]
    pub pipelines: Option<PathBuf>,
    /// 单个文件最多占用的内存（MiB）
    #[arg(long, value_name = "MiB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(64..=16384))]
    pub file_memory: u64,
    /// 单个文件最多用时（秒）
    #[arg(long, value_name = "秒", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub file_time: u64,
    /// 并行线程数（默认用全部处理器）
    #[arg(long, value_name = "数", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// 不显示进度和小结，只说结果在哪里
    #[arg(long, short)]
    pub quiet: bool,
    /// 以 JSON 输出小结，供其他程序读取
    #[arg(long)]
    pub json: bool,
}

impl Reading {
    /// What one file may cost.
    pub fn limits(&self) -> Limits {
        Limits::of(self.file_memory << 20, Duration::from_secs(self.file_time))
    }

    /// Sets rayon's threads once; later calls in one process change nothing. The calling thread is one of them: else it
    /// would wait for the others whatever it asks of them, and a run of one file asks twenty times. On Windows the first
    /// thread of a program has the least room for its stack, and goes on waiting.
    pub fn set_threads(&self) {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.map_or(0, usize::from));
        let pool = if cfg!(windows) { pool } else { pool.use_current_thread() };
        let _ = pool.build_global();
    }
}

#[derive(Debug, Clone, Args)]
pub struct RunOptions {
    /// 流程名，如 model-teams、honours
    #[arg(value_name = "流程")]
    pub pipeline: String,
    /// 报表所在的文件夹、压缩包或文件，可写多个（默认用自带样例）
    #[arg(long, value_name = "路径", num_args = 1..)]
    pub returns: Vec<PathBuf>,
    /// 结果写到哪个文件夹（默认 out/流程-报告期）
    #[arg(long, value_name = "文件夹")]
    pub out: Option<PathBuf>,
    /// 催报截至哪一天，如 2026-04-20（默认取收到的报表中最晚的报送日期）
    #[arg(long, value_name = "日期")]
    pub as_of: Option<String>,
    /// 报告期没有写错：收到的报表大多是别的报告期的，也照样汇总
    #[arg(long)]
    pub confirm_period: bool,
    /// 试算：照常核对和计算，但不写任何文件
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub past: Past,
    /// 一次性查询：不看往期数据，也不把本期存入历史库
    #[arg(long, conflicts_with = "history")]
    pub no_history: bool,
    /// 另外读取的处理意见工作簿，可写多个（结果文件夹里的自动读取）
    #[arg(long, value_name = "文件", num_args = 1..)]
    pub decisions: Vec<PathBuf>,
    /// 更正的理由：本期已经印发时必须写，程序另出更正说明
    #[arg(long, value_name = "文字")]
    pub reason: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
}

/// Where earlier periods are kept.
#[derive(Debug, Clone, Args)]
pub struct Past {
    /// 历史库所在文件夹（默认 out/history；自带样例用 out/sample-history）
    #[arg(long, value_name = "文件夹")]
    pub history: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct HistoryOptions {
    /// 流程名（不写则列出历史库里的全部流程）
    #[arg(value_name = "流程")]
    pub pipeline: Option<String>,
    /// 删去这一期：先列出删去的是什么，加 --yes 才删，留一份副本到下一次汇总
    #[arg(long, value_name = "报告期", requires = "pipeline")]
    pub remove: Option<String>,
    /// 与 --remove 同用：确认删去
    #[arg(long, requires = "remove")]
    pub yes: bool,
    #[command(flatten)]
    pub past: Past,
    /// 流程定义所在文件夹（默认用程序自带的 pipelines）
    #[arg(long, value_name = "文件夹")]
    pub pipelines: Option<PathBuf>,
    /// 以 JSON 输出，供其他程序读取
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Args)]
pub struct IssueOptions {
    /// 流程名，如 model-teams、honours
    #[arg(value_name = "流程")]
    pub pipeline: String,
    /// 印发哪一期，如 2026、2026-03、2026Q1
    #[arg(long, value_name = "报告期")]
    pub period: String,
    /// 印发的文号，如 皖工办〔2026〕5号
    #[arg(long, value_name = "文号")]
    pub number: String,
    /// 评选结果记入荣誉台账：先写出入选名单，填好“入选”栏后再加 --selected 记入
    #[arg(long)]
    pub ledger: bool,
    /// 填好“入选”栏的名单；只有写“是”的记入台账
    #[arg(long, value_name = "文件", requires = "ledger")]
    pub selected: Option<PathBuf>,
    /// 还有未报、无法读取或必改时也要印发的理由
    #[arg(long, value_name = "文字")]
    pub despite: Option<String>,
    /// 只看将要锁定和记入什么，不写任何东西
    #[arg(long)]
    pub preview: bool,
    /// 入选名单写到哪个文件夹（默认 out/流程-报告期）
    #[arg(long, value_name = "文件夹")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub past: Past,
    /// 参照表所在文件夹（荣誉台账在哪里；缺的表用自带的）
    #[arg(long, value_name = "文件夹")]
    pub reference: Option<PathBuf>,
    /// 流程定义所在文件夹（默认用程序自带的 pipelines）
    #[arg(long, value_name = "文件夹")]
    pub pipelines: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct ReplayOptions {
    /// 流程名，如 model-teams、honours
    #[arg(value_name = "流程")]
    pub pipeline: String,
    /// 只试算这几条规则（审核代码，可写多个；不写则全部）
    #[arg(long, value_name = "代码", num_args = 1..)]
    pub rule: Vec<String>,
    /// 只试算这些报告期，如 2025-01..2026-03、2026-03..、2026-03（不写则全部）
    #[arg(long, value_name = "起..止")]
    pub periods: Option<String>,
    /// 试算结果写到哪个文件夹（默认 out/流程-replay）
    #[arg(long, value_name = "文件夹")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub past: Past,
    /// 参照表所在文件夹（单位名册、荣誉台账等；缺的表用自带的）
    #[arg(long, value_name = "文件夹")]
    pub reference: Option<PathBuf>,
    /// 流程定义所在文件夹（默认用程序自带的 pipelines）
    #[arg(long, value_name = "文件夹")]
    pub pipelines: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct CheckOptions {
    /// 报表文件或文件夹，可写多个；前面可以先写流程名
    #[arg(value_name = "路径", required = true)]
    pub paths: Vec<PathBuf>,
    /// 流程名，同写在最前面（不写则逐个流程识别）
    #[arg(long, value_name = "流程")]
    pub pipeline: Option<String>,
    #[command(flatten)]
    pub reading: Reading,
}

#[derive(Debug, Clone, Args)]
pub struct LintOptions {
    /// 流程名（不写则全部检查）
    #[arg(value_name = "流程")]
    pub pipeline: Option<String>,
    /// 参照表所在文件夹
    #[arg(long, value_name = "文件夹")]
    pub reference: Option<PathBuf>,
    /// 流程定义所在文件夹（默认用程序自带的 pipelines）
    #[arg(long, value_name = "文件夹")]
    pub pipelines: Option<PathBuf>,
    /// 没有问题时不输出
    #[arg(long, short)]
    pub quiet: bool,
    /// 说明一个代码：审核问题、规范化记录或定义错误
    #[arg(long, value_name = "代码", conflicts_with_all = ["pipeline", "reference"])]
    pub explain: Option<String>,
    /// 输出定义文件的编写规范（JSON Schema），编辑器据此提示和检查：pipeline.toml（默认）、words.toml、codes.toml
    #[arg(long, value_name = "文件名", num_args = 0..=1, default_missing_value = "pipeline.toml",
          conflicts_with_all = ["pipeline", "reference", "explain"])]
    pub schema: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct TablesOptions {
    /// 写到哪个文件夹
    #[arg(long, value_name = "文件夹")]
    pub out: PathBuf,
    /// 参照表所在文件夹（不写则用 pipelines 里的 reference）
    #[arg(long, value_name = "文件夹")]
    pub reference: Option<PathBuf>,
    /// 流程定义所在文件夹（默认用程序自带的 pipelines）
    #[arg(long, value_name = "文件夹")]
    pub pipelines: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct SampleOptions {
    /// 流程名，如 model-teams
    #[arg(value_name = "流程")]
    pub pipeline: String,
    /// 写到哪个文件夹
    #[arg(long, value_name = "文件夹")]
    pub out: PathBuf,
    /// 报表份数（不写则生成自带的小样例）
    #[arg(long, value_name = "数")]
    pub units: Option<u32>,
    /// 大样例的月份，如 2026-03（只用于 innovation）
    #[arg(long, value_name = "月份", requires = "units")]
    pub period: Option<String>,
    /// 每份报表的行数
    #[arg(long, value_name = "数", default_value_t = 60)]
    pub rows: u32,
    /// 随机种子，同一种子生成同样的文件
    #[arg(long, value_name = "数", default_value_t = 2026)]
    pub seed: u64,
    /// 流程定义所在文件夹（默认用程序自带的 pipelines）
    #[arg(long, value_name = "文件夹")]
    pub pipelines: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub struct BenchOptions {
    /// 生成多少份报表
    #[arg(long, value_name = "数", default_value_t = 2000)]
    pub files: u32,
    /// 另用多少份报表测内存增长（0 为不测）
    #[arg(long, value_name = "数", default_value_t = 0)]
    pub more: u32,
    /// 每项测几次，取中位数
    #[arg(long, value_name = "次", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub times: u32,
    /// 并行线程数
    #[arg(long, value_name = "数", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: u16,
    /// 测试文件放在哪个文件夹里，测完删除（默认系统的临时文件夹）
    #[arg(long, value_name = "文件夹")]
    pub folder: Option<PathBuf>,
    /// 同时与 Python 的 pandas + openpyxl 比较（需已安装）
    #[arg(long)]
    pub python: bool,
    /// 只用裸 calamine 读完这个文件夹后退出（供本命令自己调用）
    #[arg(long, value_name = "文件夹", hide = true)]
    pub bare: Option<PathBuf>,
    /// 只读完这个文件夹后退出，不规范、不核对（供本命令自己调用）
    #[arg(long, value_name = "文件夹", hide = true)]
    pub read: Option<PathBuf>,
    /// 完整运行这个文件夹里的报表，逐个环节说出用时后退出（供本命令自己调用，结果写在 --folder）
    #[arg(long, value_name = "文件夹", hide = true)]
    pub stages: Option<PathBuf>,
    /// 与 --read 同用：不用隔离进程
    #[arg(long, hide = true)]
    pub here: bool,
}

/// Parses a command line, help and mistakes in Chinese.
///
/// # Errors
/// Help or version was asked for, or the line is wrong.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Arguments, ParsingStop> {
    let matches = command().try_get_matches_from(args).map_err(ParsingStop::from)?;
    Arguments::from_arg_matches(&matches).map_err(ParsingStop::from)
}

/// The clap command with Chinese headings.
pub fn command() -> clap::Command {
    usage::in_chinese(Arguments::command())
}
