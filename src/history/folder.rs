//! The files of one period's folder as they are read: through a commit that is not over, regular files only, and the
//! bytes that were written.

use super::head::{StoredFile, Unusable, sha256};
use super::layout::RESULTS_AHEAD;
use crate::atomic::view::FolderView;
use crate::formats::file::open_regular;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

/// More than any record has; a file of terabytes is not read to find out.
const MOST: u64 = 1 << 28;

/// A period's folder, looked at without changing anything in it.
#[derive(Debug, Clone)]
pub struct PeriodFolder {
    view: FolderView,
}

impl PeriodFolder {
    /// # Errors
    /// Somebody is writing there and does not come to his end, or what lies there is not ours.
    pub fn open(folder: &Path) -> Result<PeriodFolder, Unusable> {
        FolderView::of(folder).map(|view| PeriodFolder { view }).map_err(Unusable::Closed)
    }

    /// A record that says itself whether it is whole; `None` where there is none.
    ///
    /// # Errors
    /// It cannot be opened, or is larger than any record.
    pub fn record(&self, name: &str) -> Result<Option<Vec<u8>>, Unusable> {
        let Some(path) = self.view.path(name) else { return Ok(None) };
        let mut file = opened(&path, name)?;
        let mut bytes = Vec::new();
        let read = (&mut file).take(MOST + 1).read_to_end(&mut bytes);
        read.map_err(|_| Unusable::Closed(format!("{name} 读取出错")))?;
        if bytes.len() as u64 > MOST {
            return Err(Unusable::Damaged(format!("{name} 大得不合情理")));
        }
        Ok(Some(bytes))
    }

    /// An open file whose bytes are those that were written.
    ///
    /// # Errors
    /// It is not there, cannot be opened, or is another one.
    pub fn file(&self, part: &StoredFile) -> Result<File, Unusable> {
        let name = &part.file;
        let path = self.view.path(name).ok_or_else(|| Unusable::Damaged(format!("缺少 {name}")))?;
        let mut file = opened(&path, name)?;
        let mut bytes = Vec::new();
        // One byte more than it should have tells a longer file without reading all of it.
        let read = (&mut file).take(part.size.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|_| Unusable::Closed(format!("{name} 读取出错")))?;
        if bytes.len() as u64 != part.size || sha256(&bytes) != part.sha256 {
            let what = "与写入时不符（被改动或不完整，也可能正被另一次运行替换）";
            return Err(Unusable::Damaged(format!("{name} {what}")));
        }
        file.rewind().map_err(|_| Unusable::Closed(format!("{name} 读取出错")))?;
        Ok(file)
    }

    /// The bytes of such a file.
    ///
    /// # Errors
    /// The same.
    pub fn bytes(&self, part: &StoredFile) -> Result<Vec<u8>, Unusable> {
        let mut bytes = Vec::new();
        let read = self.file(part)?.read_to_end(&mut bytes);
        read.map(|_| bytes).map_err(|_| Unusable::Closed(format!("{} 读取出错", part.file)))
    }

    /// Whether a file is there and as long as it should be.
    pub fn has(&self, part: &StoredFile) -> bool {
        let meta = self.view.path(&part.file).and_then(|path| std::fs::symlink_metadata(path).ok());
        meta.is_some_and(|meta| meta.is_file() && meta.len() == part.size)
    }

    /// Whether a run wrote its results and did not come to keep the period: they are then newer than what is stored.
    pub fn results_ahead(&self) -> bool {
        self.view.path(RESULTS_AHEAD).is_some()
    }

    /// Whether something was written there that did not come to its end.
    pub fn is_halfway(&self) -> bool {
        self.view.is_halfway()
    }
}

fn opened(path: &Path, name: &str) -> Result<File, Unusable> {
    open_regular(path).map_err(|why| Unusable::Closed(format!("{name}：{}", why.cause)))
}
