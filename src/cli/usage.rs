//! Help and usage errors in Chinese: clap brings its own English, which is replaced here.

use super::screen::{Exit, complain, say, warn};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};

const TEMPLATE: &str = "{before-help}{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

/// Gives a command and its verbs Chinese headings and help flags.
pub fn in_chinese(command: Command) -> Command {
    let version = command.get_version().is_some();
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_string()).collect();
    let mut command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .next_help_heading("选项")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "参数" } else { "选项" };
            arg.help_heading(heading).hide_possible_values(true)
        })
        .arg(Arg::new("help").short('h').long("help").action(ArgAction::Help).help("显示帮助").help_heading("选项"));
    if version {
        let flag = Arg::new("version").short('V').long("version").action(ArgAction::Version);
        command = command.arg(flag.help("显示版本号").help_heading("选项"));
    }
    for verb in verbs {
        command = command.mut_subcommand(verb, in_chinese);
    }
    command
}

/// Why parsing stopped: help and version are no mistakes.
pub struct ParsingStop(clap::Error);

impl From<clap::Error> for ParsingStop {
    fn from(error: clap::Error) -> ParsingStop {
        ParsingStop(error)
    }
}

impl ParsingStop {
    /// Prints what there is to say; `command` is the one that was parsed.
    pub fn show(self, mut command: Command) -> Exit {
        match self.0.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                say(&localised(&self.0.render().to_string()));
                Exit::Clean
            }
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
                complain("没有写命令。");
                warn(&localised(&command.render_help().to_string()));
                Exit::Usage
            }
            _ => {
                complain(&self.sentence());
                Exit::Usage
            }
        }
    }

    fn context(&self, kind: ContextKind) -> Option<String> {
        match self.0.get(kind)? {
            ContextValue::String(text) => Some(text.clone()),
            ContextValue::Strings(texts) => Some(texts.join("、")),
            ContextValue::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn sentence(&self) -> String {
        let arg = self.context(ContextKind::InvalidArg).unwrap_or_default();
        let value = self.context(ContextKind::InvalidValue).unwrap_or_default();
        let suggestion = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
            .into_iter()
            .find_map(|kind| self.context(kind))
            .map(|word| format!("，是不是“{word}”"))
            .unwrap_or_default();
        let what = match self.0.kind() {
            ErrorKind::UnknownArgument => format!("不认识的参数“{arg}”{suggestion}"),
            ErrorKind::InvalidSubcommand => {
                let verb = self.context(ContextKind::InvalidSubcommand).unwrap_or_default();
                format!("没有“{verb}”这个命令{suggestion}")
            }
            ErrorKind::MissingRequiredArgument => format!("缺少参数：{arg}"),
            ErrorKind::InvalidValue if value.is_empty() => format!("“{arg}”后面要写一个值"),
            ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
                format!("“{arg}”的值“{value}”不对{suggestion}")
            }
            ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
                format!("“{arg}”的值个数不对")
            }
            ErrorKind::ArgumentConflict => format!("“{arg}”重复，或不能与其他参数同用"),
            ErrorKind::InvalidUtf8 => "参数里有无法识别的文字编码".to_string(),
            kind => format!("命令写法有误（{kind:?}）"),
        };
        format!("{what}。\n运行 huizong --help 或 huizong <命令> --help 看用法。")
    }
}

/// The few English words that clap builds in and no setting reaches.
fn localised(help: &str) -> String {
    help.replace("[OPTIONS]", "[选项]").replace("[default: ", "[默认：")
}

/// Prints a completion script of a command.
pub fn completions(shell: clap_complete::Shell, command: &mut Command) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "huizong", &mut script);
    say(&String::from_utf8_lossy(&script));
    Exit::Clean
}
