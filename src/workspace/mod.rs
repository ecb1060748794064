//! Where definitions, samples, history and results are, seen from where the program was started.

use crate::definition::Plan;
use crate::definition::diagnostic::nearest;
use crate::definition::reference::{ReadFiles, ReferenceFolders};
use crate::formats::allowance::Allowance;
use crate::run::{self, Prepared, Stop};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders of the history below `out`.
const HISTORY: &str = "history";
const SAMPLE_HISTORY: &str = "sample-history";
/// Stands beside generated returns, so that they are known for fictitious wherever they lie.
pub const SAMPLE_MARK: &str = "虚构样例.txt";

/// The folder that holds `pipelines/`, and what is found from there.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub pipelines: PathBuf,
    /// Parent of `pipelines/`; samples are relative to it.
    pub root: PathBuf,
    /// Reference tables that are kept for who prepares several pipelines or periods.
    tables: Option<Arc<ReadFiles>>,
}

impl Workspace {
    /// Takes the folder given, else `pipelines/` of the current folder, else beside the program or above it
    /// (so that a copy of the program with its `pipelines` works from anywhere).
    ///
    /// # Errors
    /// There is none, in Chinese.
    pub fn find(given: Option<&Path>) -> Result<Workspace, Stop> {
        if let Some(folder) = given {
            return if folder.is_dir() {
                let root = folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                Ok(Workspace { pipelines: folder.to_path_buf(), root: root.to_path_buf(), tables: None })
            } else {
                Err(Stop::Usage(format!("流程定义文件夹“{}”不存在。请检查 --pipelines 后面的路径。", folder.display())))
            };
        }
        let program = std::env::current_exe().unwrap_or_default();
        std::iter::once(Path::new("."))
            .chain(program.ancestors().skip(1))
            .map(|root| Workspace { pipelines: plain(root, "pipelines"), root: root.to_path_buf(), tables: None })
            .find(|workspace| workspace.pipelines.is_dir())
            .ok_or_else(|| {
                let words = "找不到流程定义文件夹 pipelines。请在程序所在文件夹里运行，或用 --pipelines 指明。";
                Stop::Usage(words.to_owned())
            })
    }

    /// The same place for who prepares several pipelines or periods: each reference table is read once.
    #[must_use]
    pub fn keeping_tables(self) -> Workspace {
        Workspace { tables: Some(Arc::default()), ..self }
    }

    /// A definition with its reference data, checked in full.
    ///
    /// # Errors
    /// No such pipeline, no such folder of reference data, or what [`run::prepare`] finds.
    pub fn prepare(
        &self,
        name: &str,
        reference: Option<&Path>,
        period: Option<&str>,
        allowance: Allowance,
    ) -> Result<Prepared, Stop> {
        let (definition, folders) = self.sources(name, reference)?;
        run::prepare(&definition, &folders, period, allowance)
    }

    /// As [`Workspace::prepare`], for who checks returns before they are sent ([`run::prepare_to_check`]).
    ///
    /// # Errors
    /// As [`Workspace::prepare`].
    pub fn prepare_to_check(
        &self,
        name: &str,
        reference: Option<&Path>,
        period: Option<&str>,
        allowance: Allowance,
    ) -> Result<Prepared, Stop> {
        let (definition, folders) = self.sources(name, reference)?;
        run::prepare_to_check(&definition, &folders, period, allowance)
    }

    /// What was prepared, for another period ([`Prepared::of_period`]).
    ///
    /// # Errors
    /// As [`Workspace::prepare`].
    pub fn prepare_again(
        &self,
        ready: &Prepared,
        reference: Option<&Path>,
        period: &str,
        allowance: Allowance,
    ) -> Result<Prepared, Stop> {
        ready.of_period(&self.reference(reference, &ready.plan.name).map_err(Stop::Input)?, period, allowance)
    }

    /// The definition that goes by a name or title, and the folders of its reference data.
    ///
    /// # Errors
    /// No such pipeline, or no such folder of reference data.
    fn sources(&self, name: &str, reference: Option<&Path>) -> Result<(PathBuf, ReferenceFolders), Stop> {
        let definition = self.definition(name).map_err(Stop::Usage)?;
        let folders = self.reference(reference, folder_of(&definition).unwrap_or(name)).map_err(Stop::Input)?;
        Ok((definition, folders))
    }

    /// The name of the pipeline that goes by this name or title.
    ///
    /// # Errors
    /// No such pipeline.
    pub fn name(&self, name: &str) -> Result<String, Stop> {
        let definition = self.definition(name).map_err(Stop::Usage)?;
        Ok(folder_of(&definition).unwrap_or(name).to_owned())
    }

    /// A definition by itself.
    ///
    /// # Errors
    /// No such pipeline, or mistakes in it.
    pub fn plan(&self, name: &str) -> Result<Plan, Stop> {
        let definition = self.definition(name).map_err(Stop::Usage)?;
        crate::definition::read(&definition).map_err(Stop::Definition)
    }

    /// `pipelines/<name>/pipeline.toml`.
    ///
    /// # Errors
    /// No such pipeline; the message lists those there are and the nearest name.
    fn definition(&self, name: &str) -> Result<PathBuf, String> {
        let names = self.names();
        let at = |name: &str| self.pipelines.join(name).join("pipeline.toml");
        if names.iter().any(|known| known == name) {
            return Ok(at(name));
        }
        // Officers know a pipeline by its title. Mistakes in other definitions are theirs to say, when they are asked for.
        let titled = |known: &&String| crate::definition::read(&at(known)).is_ok_and(|plan| plan.title == name);
        if let Some(known) = names.iter().find(titled) {
            return Ok(at(known));
        }
        let own = self.pipelines.join(name);
        if own.is_dir() {
            // Notepad adds .txt, and Windows hides it.
            let close = std::fs::read_dir(&own).into_iter().flatten().flatten().find_map(|entry| {
                let file = entry.file_name().into_string().ok()?;
                file.to_lowercase().starts_with("pipeline").then_some(file)
            });
            let found = close.map_or_else(String::new, |file| format!("只有“{file}”，请改名为 pipeline.toml。"));
            let found = if found.is_empty() { "请把定义保存成这个名字。".to_owned() } else { found };
            return Err(format!("文件夹 {} 里没有 pipeline.toml。{found}", own.display()));
        }
        let nearest = nearest(name, names.iter().map(String::as_str)).map(|known| format!("是不是“{known}”？"));
        let folder = self.pipelines.display();
        let nearest = nearest.unwrap_or_default();
        Err(format!("没有“{name}”这个流程。{nearest}可用的流程：{}（在 {folder} 里）。", names.join("、")))
    }

    /// Names of all pipelines, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(&self.pipelines)
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().join("pipeline.toml").exists())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        names
    }

    /// Folders where reference tables are looked for, first match first.
    ///
    /// # Errors
    /// The folder given is not there: the shipped tables would be taken in its place without a word.
    pub fn reference(&self, given: Option<&Path>, pipeline: &str) -> Result<ReferenceFolders, String> {
        if let Some(missing) = given.filter(|folder| !folder.is_dir()) {
            return Err(format!("参照表文件夹“{}”不存在。请检查 --reference 后面的路径。", missing.display()));
        }
        let mut folders: Vec<PathBuf> = given.map(Path::to_path_buf).into_iter().collect();
        folders.push(self.pipelines.join(pipeline));
        folders.push(self.pipelines.join("reference"));
        let folders = ReferenceFolders::of(folders);
        Ok(match &self.tables {
            Some(tables) => folders.sharing(tables),
            None => folders,
        })
    }

    /// Where a run keeps its periods: in the folder given, else in one of its own for the shipped samples, so that
    /// fictitious rows never become somebody's 上期.
    pub fn history(&self, given: Option<&Path>, returns: &[PathBuf]) -> PathBuf {
        let whole = |path: &Path| path.canonicalize().ok();
        let samples = whole(&self.path(Path::new("samples")));
        let shipped = |path: &PathBuf| {
            let Some(path) = whole(path) else { return false };
            let marked = path.ancestors().take(3).any(|folder| folder.join(SAMPLE_MARK).is_file());
            marked || samples.as_ref().is_some_and(|all| path.starts_with(all))
        };
        given.map_or_else(
            || Path::new("out").join(if returns.iter().any(shipped) { SAMPLE_HISTORY } else { HISTORY }),
            Path::to_path_buf,
        )
    }

    /// A path of the workspace, written as shortly as it can be.
    pub fn path(&self, relative: &Path) -> PathBuf {
        if self.root == Path::new(".") { relative.to_path_buf() } else { self.root.join(relative) }
    }
}

/// Where earlier periods are looked for: in the folder given, else in that of real returns, then in the samples'.
pub fn histories(given: Option<&Path>) -> Vec<PathBuf> {
    let default = || [HISTORY, SAMPLE_HISTORY].iter().map(|name| Path::new("out").join(name)).collect();
    given.map_or_else(default, |root| vec![root.to_path_buf()])
}

/// The folder that a definition lies in, which names its pipeline.
fn folder_of(definition: &Path) -> Option<&str> {
    definition.parent()?.file_name()?.to_str()
}

fn plain(root: &Path, name: &str) -> PathBuf {
    if root == Path::new(".") { PathBuf::from(name) } else { root.join(name) }
}
