//! Why a file yields no workbook: the codes, and the words for officers. One place for all of them.

use crate::model::Unreadable;
use crate::model::codes::FindingCode;
use crate::text::quote::is_active;

/// What a reader says when it hands over no workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    Unreadable(Unreadable),
    /// Readable, and no table; the cause in Chinese.
    NotATable(String),
    /// A workbook of results that this program wrote.
    OwnResults,
}

impl From<Unreadable> for Refusal {
    fn from(unreadable: Unreadable) -> Refusal {
        Refusal::Unreadable(unreadable)
    }
}

fn refuse(code: FindingCode, cause: impl Into<String>, next: &str) -> Unreadable {
    Unreadable { code, cause: cause.into(), next: next.to_owned() }
}

/// Symbolic links, pipes, devices, folders that can't be listed: never opened.
pub fn not_regular(what: &str) -> Unreadable {
    refuse(FindingCode::FileNotRegular, format!("{what}，不是普通文件"), "请报送单位直接发送文件本身")
}

pub fn unopenable(why: &str) -> Unreadable {
    refuse(FindingCode::FileUnopenable, format!("文件打不开：{why}"), "请检查文件权限，或关闭占用它的程序后重试")
}

pub fn empty() -> Unreadable {
    refuse(FindingCode::FileEmpty, "文件是空的（0 字节）", "请报送单位重新发送")
}

/// `what` says which limit, with its figure.
pub fn over_limit(what: impl Into<String>) -> Unreadable {
    refuse(
        FindingCode::FileOverLimit,
        what,
        "请报送单位删去多余的格式、图片或空行，另存后重新发送；确需照收的，用 --file-memory 放宽上限再运行",
    )
}

pub fn over_time(seconds: u64) -> Unreadable {
    refuse(
        FindingCode::FileOverTime,
        format!("读取超过 {seconds} 秒，已停止"),
        "请报送单位用 Excel 或 WPS 另存为 xlsx 后重新发送；确需读取的，用 --file-time 放宽时限再运行",
    )
}

/// `what` says where it is broken, without any cell's content.
pub fn damaged(what: impl Into<String>) -> Unreadable {
    refuse(
        FindingCode::FileDamaged,
        format!("文件已损坏：{}", what.into()),
        "请报送单位用 Excel 或 WPS 打开修复、另存后重新发送",
    )
}

/// `by` says what asks for the password.
pub fn encrypted(by: &str) -> Unreadable {
    refuse(
        FindingCode::FileEncrypted,
        format!("文件设有打开密码（{by}）"),
        "请报送单位取消打开密码（打开时不问密码的，另存为新文件）后重新发送",
    )
}

/// A container of another kind: whether returns are in it, nobody knows, so it is no "readable file without a form".
pub fn other_archive(what: &str) -> Unreadable {
    refuse(
        FindingCode::FileUnsupported,
        format!("是{what}，里面的文件没有读取"),
        "请解压，或请报送单位改用 zip 压缩后重新发送",
    )
}

pub fn hazardous(what: &str) -> Unreadable {
    refuse(
        FindingCode::FileUnsafe,
        format!("文件含有危险内容：{what}"),
        "请核实来源；确为报表的，请报送单位用 Excel 或 WPS 另存后重新发送",
    )
}

pub fn unsupported(what: &str) -> Unreadable {
    refuse(FindingCode::FileUnsupported, what, "请报送单位用 Excel 或 WPS 另存为 xlsx 后重新发送")
}

pub fn worker_died() -> Unreadable {
    refuse(
        FindingCode::FileWorkerDied,
        "读取进程在这份文件上中断：文件损坏到无法读取，或展开后超出内存上限",
        "请报送单位用 Excel 或 WPS 打开核对、另存为 xlsx 后重新发送；文件确实很大的，用 --file-memory 放宽内存再运行",
    )
}

/// Sheet names are shown in remarks, so a hostile one of 5,000 characters is cut.
pub fn short(name: &str) -> String {
    shown(&name.chars().take(31).collect::<String>())
}

/// One part of a name without characters that act: break lines, command a terminal or turn the reading direction.
pub fn shown(part: &str) -> String {
    part.chars().map(|c| if is_active(c) { '_' } else { c }).collect()
}
