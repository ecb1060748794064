//! What went wrong with a disk, and what to do next, for the errors that officers meet.

use crate::machine;
use std::io;
use std::path::Path;

/// `无法写入 out/x.xlsx：磁盘空间不足，请清理磁盘或换一个输出文件夹后再运行；原有结果没有改动`.
pub fn trouble(doing: &str, path: &Path, error: &io::Error) -> String {
    let (cause, remedy) = (machine::cause(error), machine::remedy(error));
    format!("无法{doing} {}：{cause}，{remedy}后再运行；原有结果没有改动", path.display())
}
