//! A folder as who only reads sees it: through a commit that did not come to its end, and without changing anything.

use super::journal::{Planned, Temporary, is_there, journalled, read, unfinished};
use super::lock::wait_for_writer;
use std::io;
use std::path::{Path, PathBuf};

/// A folder as it was before a commit that did not come to its end, without touching it.
#[derive(Debug, Clone)]
pub struct FolderView {
    folder: PathBuf,
    halfway: Vec<(Temporary, Vec<Planned>)>,
}

impl FolderView {
    /// Looks at a folder; one who is moving files there is waited for.
    ///
    /// # Errors
    /// He does not come to his end, or a journal lies there that no run of ours wrote.
    pub fn of(folder: &Path) -> Result<FolderView, String> {
        let mut halfway = Vec::new();
        if unfinished(folder) {
            wait_for_writer(folder)?;
            for path in journalled(folder) {
                halfway.push(read(&path).map_err(|error| match error.kind() {
                    io::ErrorKind::PermissionDenied => "上一次写入中断，留下的记录没有读取权限".to_owned(),
                    _ => format!("留有一份不能用的写入记录（{error}）"),
                })?);
            }
        }
        Ok(FolderView { folder: folder.to_path_buf(), halfway })
    }

    /// Where a file is; `None` where there was none.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let target = self.folder.join(name);
        for (temporary, plan) in &self.halfway {
            let old = temporary.old(name);
            if is_there(&old) {
                return Some(old);
            }
            let replaced = plan.iter().any(|planned| matches!(planned, Planned::Replaced(of) if of == name));
            if replaced && !is_there(&temporary.fresh(name)) {
                return None;
            }
        }
        is_there(&target).then_some(target)
    }

    /// Whether a commit there did not come to its end.
    pub fn is_halfway(&self) -> bool {
        !self.halfway.is_empty()
    }
}
