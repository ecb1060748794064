//! Where the reference tables are: each is looked for folder by folder, read once, and its problems are kept.

use super::table_file::{self, TableFile};
use crate::definition::diagnostic::Diagnostic;
use crate::formats::allowance::Allowance;
use crate::model::codes::DiagnosticCode;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What a table's file may be called behind its name; what it is, its content says.
const FORMATS: [&str; 4] = ["csv", "xlsx", "xls", "ods"];

/// What is known of a file once it was read.
type Read = Result<Arc<TableFile>, Diagnostic>;

/// Reference files that were read, by their paths.
#[derive(Debug, Default)]
pub struct ReadFiles(Mutex<HashMap<PathBuf, Arc<OnceLock<Read>>>>);

impl ReadFiles {
    /// Reads the tables of these names where it is not done, each by a thread: one after the other they take a fifth of the
    /// time that one return does.
    pub fn read(&self, folders: &[PathBuf], names: &[&str], allowance: Allowance) {
        let first = |name: &&str| folders.iter().find_map(|folder| candidates(folder, name).next());
        let paths: BTreeSet<PathBuf> = names.iter().filter_map(first).collect();
        let paths: Vec<PathBuf> = paths.into_iter().collect();
        paths.into_par_iter().with_max_len(1).for_each(|path| drop(self.of(&path, allowance)));
    }

    /// The file at a path. Who asks while another one reads it waits for that.
    fn of(&self, path: &Path, allowance: Allowance) -> Read {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let file = Arc::clone(known.entry(path.to_path_buf()).or_default());
        drop(known);
        file.get_or_init(|| table_file::read(path, allowance).map(Arc::new)).clone()
    }
}

/// The files of one load: tables are looked for folder by folder, every file read is recorded, problems are collected.
#[derive(Debug)]
pub struct Shelf<'a> {
    folders: &'a [PathBuf],
    read: &'a ReadFiles,
    pub files: Vec<(String, PathBuf, String)>,
    pub problems: Vec<Diagnostic>,
    allowance: Allowance,
}

impl<'a> Shelf<'a> {
    /// The shelf of these folders.
    pub fn new(folders: &'a [PathBuf], read: &'a ReadFiles, allowance: Allowance) -> Shelf<'a> {
        Shelf { folders, read, files: Vec::new(), problems: Vec::new(), allowance }
    }

    /// The table of that name from the first folder that has it; `None` where none has it, or where it cannot be read,
    /// which is then a problem.
    pub fn take(&mut self, name: &str) -> Option<Arc<TableFile>> {
        let path = self.locate(name)?;
        match self.read.of(&path, self.allowance) {
            Ok(file) => {
                self.files.push((name.to_owned(), path, file.sha256.clone()));
                Some(file)
            }
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    fn locate(&mut self, name: &str) -> Option<PathBuf> {
        for folder in self.folders {
            let mut found = candidates(folder, name);
            let first = found.next();
            if let (Some(first), Some(second)) = (&first, found.next()) {
                let message = format!("{} 和 {} 同时存在，不知道用哪个", file_name(first), file_name(&second));
                let help = Some("留下要用的一个，另一个改名或移走".to_owned());
                self.problems.push(Diagnostic::of_file(DiagnosticCode::TwoFiles, first, message, help));
            }
            if first.is_some() {
                return first;
            }
        }
        None
    }

    pub fn has(&self, name: &str) -> bool {
        self.folders.iter().any(|folder| candidates(folder, name).next().is_some())
    }

    /// A table that the run cannot do without.
    pub fn need(&mut self, name: &str) -> Option<Arc<TableFile>> {
        if !self.has(name) {
            let searched: Vec<String> = self.folders.iter().map(|folder| folder.display().to_string()).collect();
            let message = format!("找不到{name}（.csv、.xlsx、.xls 或 .ods），已找过：{}", searched.join("、"));
            let help = Some("把它放进上面的文件夹，或用 --reference <文件夹> 指定所在的文件夹".to_owned());
            let folder = self.folders.last().cloned().unwrap_or_default();
            self.problems.push(Diagnostic::of_file(DiagnosticCode::ReferenceMissing, &folder, message, help));
            return None;
        }
        self.take(name)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The files of a folder that may be this table.
pub fn candidates<'a>(folder: &'a Path, name: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
    FORMATS.iter().map(move |extension| folder.join(format!("{name}.{extension}"))).filter(|path| path.exists())
}
