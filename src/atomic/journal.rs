//! The journal of a commit that is under way: which files are replaced and which go. Where it lies in a folder that
//! nobody holds, its run died, and what it had moved is put back: by who writes there next; a reader looks through it.
//!
//! A store may have been copied from anywhere, its journal with it: names are plain and lead down, and no link is followed.

use super::disk;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

const TEMPORARY: &str = ".huizong-tmp-";
const JOURNAL: &str = "committing";
const HEADER: &str = "huizong-journal 3";
/// What a journal of format 2 begins with.
const HEADER_2: &str = "huizong-journal 2";

/// What a commit does to one name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Planned {
    Replaced(String),
    Gone(String),
}

impl Planned {
    pub fn name(&self) -> &str {
        match self {
            Planned::Replaced(name) | Planned::Gone(name) => name,
        }
    }
}

/// How new and old versions are called in a temporary folder: by format of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum VersionNaming {
    /// 1: as the files that they are versions of, in `new` and `old`.
    Same,
    /// 2: not so, so that nobody who looks for those in a tree finds them twice.
    Suffixed,
    /// 3: nor are there folders in it. Each had to be made, seen onto the disk and removed, and a disk may take longer
    /// over that than over the files.
    Flat,
}

/// A run's temporary folder inside the folder that it writes to.
#[derive(Debug, Clone)]
pub struct Temporary {
    pub path: PathBuf,
    naming: VersionNaming,
}

impl Temporary {
    pub fn of_this_process(folder: &Path) -> Temporary {
        Temporary { path: folder.join(format!("{TEMPORARY}{}", std::process::id())), naming: VersionNaming::Flat }
    }

    pub fn fresh(&self, name: &str) -> PathBuf {
        self.version("new", name)
    }

    pub fn old(&self, name: &str) -> PathBuf {
        self.version("old", name)
    }

    fn version(&self, which: &str, name: &str) -> PathBuf {
        match self.naming {
            VersionNaming::Same => self.path.join(which).join(name),
            VersionNaming::Suffixed => self.path.join(which).join(format!("{name}.{which}")),
            VersionNaming::Flat => self.path.join(format!("{}.{which}", flat(name))),
        }
    }

    pub fn journal(&self) -> PathBuf {
        self.path.join(JOURNAL)
    }

    fn draft(&self) -> PathBuf {
        self.path.join(format!("{JOURNAL}.part"))
    }

    /// Writes what will be the journal under another name; to be seen onto the disk with all that it is about.
    pub fn prepare(&self, plan: &[Planned]) -> io::Result<PathBuf> {
        let draft = self.draft();
        disk::write_for_now(&draft, text(plan).as_bytes())?;
        Ok(draft)
    }

    /// Makes that the journal, whole by a rename, and sees it onto the disk.
    pub fn begin(&self) -> io::Result<()> {
        disk::rename(&self.draft(), &self.journal())?;
        disk::sync_folder(&self.path)
    }
}

/// A name without folders: [`unflat`] tells which it was.
fn flat(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F")
}

fn unflat(name: &str) -> String {
    name.replace("%2F", "/").replace("%25", "%")
}

fn text(plan: &[Planned]) -> String {
    let line = |planned: &Planned| match planned {
        Planned::Replaced(name) => format!("+ {name}\n"),
        Planned::Gone(name) => format!("- {name}\n"),
    };
    format!("{HEADER}\n{}. {}\n", plan.iter().map(line).collect::<String>(), plan.len())
}

/// What a journal says; a half or empty one says what lies aside.
pub fn read(temporary: &Path) -> io::Result<(Temporary, Vec<Planned>)> {
    let journal = temporary.join(JOURNAL);
    if !fs::symlink_metadata(&journal)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "不是普通文件"));
    }
    let text = String::from_utf8_lossy(&fs::read(&journal)?).into_owned();
    let naming = match () {
        () if text.starts_with(HEADER) => VersionNaming::Flat,
        () if text.starts_with(HEADER_2) => VersionNaming::Suffixed,
        // Half a header.
        () if HEADER.starts_with(&text) && is_there(&temporary.join("old")) => VersionNaming::Suffixed,
        () if HEADER.starts_with(&text) => VersionNaming::Flat,
        () => VersionNaming::Same,
    };
    let temporary = Temporary { path: temporary.to_path_buf(), naming };
    let marked = naming != VersionNaming::Same;
    let mut plan: Vec<Planned> = Vec::new();
    let mut whole = !marked;
    for line in text.lines().skip(usize::from(marked)) {
        match line.split_at_checked(2) {
            _ if !marked => plan.push(Planned::Replaced(line.to_owned())),
            Some(("+ ", name)) => plan.push(Planned::Replaced(name.to_owned())),
            Some(("- ", name)) => plan.push(Planned::Gone(name.to_owned())),
            Some((". ", count)) => whole = count.parse() == Ok(plan.len()),
            _ => {}
        }
    }
    if !whole {
        // Its last line may be half a name. Nothing is moved before it is whole on the disk; should a disk have done so
        // all the same, what lies aside comes back.
        let mut aside = BTreeSet::new();
        let flat = naming == VersionNaming::Flat;
        walk(&if flat { temporary.path.clone() } else { temporary.path.join("old") }, "", &mut aside)?;
        let aside = aside.iter().filter_map(|name| name.strip_suffix(".old"));
        plan = aside.map(|name| Planned::Gone(if flat { unflat(name) } else { name.to_owned() })).collect();
    }
    match plan.iter().find(|planned| !is_plain(planned.name())) {
        Some(planned) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("其中的“{}”指向文件夹以外", planned.name().escape_debug()),
        )),
        None => Ok((temporary, plan)),
    }
}

fn walk(folder: &Path, below: &str, found: &mut BTreeSet<String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let name = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &name, found)?;
        } else {
            found.insert(name);
        }
    }
    Ok(())
}

/// Whether a name leads down from a folder, and is none of our own.
pub fn is_plain(name: &str) -> bool {
    let path = Path::new(name);
    let down = path.components().all(|part| matches!(part, Component::Normal(_)));
    let own = name.split('/').any(|part| part.is_empty() || part == ".." || part.starts_with(".huizong-"));
    !name.is_empty() && down && !own && !name.contains(['\\', ':', '\0', '\n', '\r'])
}

/// That no folder on the way from `base` down to a path is a link: what is written there would land elsewhere.
///
/// # Errors
/// One is.
pub fn no_link_between(base: &Path, path: &Path) -> io::Result<()> {
    let mut at = path.parent();
    while let Some(folder) = at.filter(|folder| *folder != base && folder.starts_with(base)) {
        if fs::symlink_metadata(folder).is_ok_and(|meta| meta.file_type().is_symlink()) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} 是链接", folder.display())));
        }
        at = folder.parent();
    }
    Ok(())
}

pub fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Puts everything back that a commit moved. Each name is in one of four states: untouched (its new version is still
/// staged and no old one lies aside), old one aside, both moved, or a new one where there was none.
pub fn undo(folder: &Path, temporary: &Temporary, plan: &[Planned]) -> io::Result<()> {
    // The manifest, last of the names, leaves first and comes back last here too.
    let mut leaving = Vec::new();
    for planned in plan.iter().rev() {
        let name = planned.name();
        let (target, new, old) = (folder.join(name), temporary.fresh(name), temporary.old(name));
        let replaced = matches!(planned, Planned::Replaced(_)) && !is_there(&new);
        if (replaced || is_there(&old)) && is_there(&target) {
            leaving.push((target, new));
        }
    }
    move_each(folder, &leaving)?;
    let aside = plan.iter().map(|planned| (temporary.old(planned.name()), folder.join(planned.name())));
    move_each(folder, &aside.filter(|(old, _)| is_there(old)).collect::<Vec<_>>())?;
    for parent in plan.iter().filter_map(|planned| folder.join(planned.name()).parent().map(Path::to_path_buf)) {
        if parent != folder {
            // Succeeds only on a folder that is empty, that is, on one that this commit made.
            let _ = disk::remove_folder(&parent);
        }
    }
    disk::remove_file(&temporary.journal())?;
    disk::sync_folder(&temporary.path)
}

/// Moves files inside a folder, and sees the names onto the disk.
pub fn move_each(folder: &Path, moves: &[(PathBuf, PathBuf)]) -> io::Result<()> {
    let mut touched = BTreeSet::from([folder.to_path_buf()]);
    for (from, to) in moves {
        no_link_between(folder, from)?;
        no_link_between(folder, to)?;
        to.parent().map_or(Ok(()), disk::create_folders)?;
        disk::rename(from, to)?;
        touched.extend([from, to].into_iter().flat_map(|path| folders_above(folder, path)));
    }
    disk::sync_folders(&touched)
}

/// The folders from a path's own up to `base`, which is one of them.
pub fn folders_above(base: &Path, path: &Path) -> Vec<PathBuf> {
    let above = path.ancestors().skip(1).take_while(|folder| folder.starts_with(base));
    above.map(Path::to_path_buf).collect()
}

/// Temporary folders with a journal in them.
pub fn journalled(folder: &Path) -> Vec<PathBuf> {
    temporaries(folder).into_iter().filter(|path| is_there(&path.join(JOURNAL))).collect()
}

/// Temporary folders of runs, dead or alive.
fn temporaries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let own = |name: &std::ffi::OsStr| {
        name.to_str()
            .and_then(|name| name.strip_prefix(TEMPORARY))
            .is_some_and(|pid| !pid.is_empty() && pid.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut found: Vec<PathBuf> = entries.filter(|entry| own(&entry.file_name())).map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Whether a journal lies in the folder: a dead run's, or that of one which is moving its files at this moment.
pub fn unfinished(folder: &Path) -> bool {
    !journalled(folder).is_empty()
}

/// Undoes what dead runs left half-way, and removes their temporary folders. Only with the lock held.
///
/// # Errors
/// It cannot be undone, or is not ours to undo.
pub fn clear_dead_runs(folder: &Path) -> io::Result<()> {
    for dead in temporaries(folder) {
        if fs::symlink_metadata(&dead)?.file_type().is_symlink() {
            disk::remove_file(&dead)?;
            continue;
        }
        if is_there(&dead.join(JOURNAL)) {
            let (temporary, plan) = read(&dead)?;
            undo(folder, &temporary, &plan)?;
        }
        disk::remove_all(&dead)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_name_says_which_it_was() {
        let names = ["a.json", "data/甲.parquet", "100%.xlsx", "a%2Fb", "a/%25/b", "%", "明细/2F%"];
        let flats: BTreeSet<String> = names.into_iter().map(flat).collect();
        assert!(flats.len() == names.len() && flats.iter().all(|flat| !flat.contains('/')), "{flats:?}");
        assert_eq!(names.map(|name| unflat(&flat(name))), names);
    }

    #[test]
    fn only_names_that_lead_down_are_plain() {
        for plain in ["a.json", "data/甲.parquet", "..a", "a..b/c"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in [
            "",
            "..",
            "../a",
            "a/../b",
            "/etc/x",
            "a//b",
            "C:\\x",
            "a\\b",
            ".huizong-lock",
            "a/.huizong-tmp-1",
            "a\nb",
            "./a",
        ] {
            assert!(!is_plain(other), "{other:?}");
        }
    }
}
