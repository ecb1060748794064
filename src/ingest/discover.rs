//! Folders, zips and files in; the sorted list of everything found out. Opens nothing but regular files that begin like
//! a zip, and of those only the directory.

use super::limits::Limits;
use crate::formats::bundle;
use crate::formats::refusal::shown;
use crate::model::SourceFile;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Everything found, sorted by name, `index` = position. A file is in here whatever it is: litter, symlinks and FIFOs too
/// (their reading says what they are). A zip that can't be opened is one file; one that can is its members.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    pub files: Vec<SourceFile>,
}

/// Walks folders, zips and single files. `limits.file_size` bounds what is opened.
///
/// # Errors
/// A root that does not exist or cannot be listed, in Chinese.
pub fn discover(roots: &[PathBuf], limits: &Limits) -> Result<Discovery, String> {
    let mut walk = Walk { limits, files: Vec::new(), seen: None };
    if roots.len() > 1 {
        walk.seen = Some(HashSet::new());
    }
    for root in roots {
        // A root may be a link: the person named it. Links below it are listed and never followed.
        let meta = fs::metadata(root)
            .map_err(|error| format!("找不到 {}（{}），请检查路径后重试", root.display(), reason(&error)))?;
        let own_name = root.file_name().map(|name| shown(&file_name(name))).unwrap_or_default();
        if meta.is_dir() {
            let prefix = if roots.len() > 1 && !own_name.is_empty() { format!("{own_name}/") } else { String::new() };
            let listing = fs::read_dir(root)
                .map_err(|error| format!("文件夹 {} 无法列出（{}），请检查权限", root.display(), reason(&error)))?;
            walk.folder(root, listing, prefix)?;
        } else {
            let path = fs::canonicalize(root).unwrap_or_else(|_| root.clone());
            walk.file(path.clone(), own_name, &meta, || path);
        }
    }
    let mut files = walk.files;
    files.sort_by(|a, b| (a.name.as_bytes(), &a.path, &a.member).cmp(&(b.name.as_bytes(), &b.path, &b.member)));
    name_apart(&mut files);
    for (index, file) in (0u32..).zip(&mut files) {
        file.index = index;
    }
    Ok(Discovery { files })
}

struct Walk<'a> {
    limits: &'a Limits,
    files: Vec<SourceFile>,
    /// Where several roots are given: the same file may lie under two of them, and counts once. Under one root none is met
    /// twice, since links are not followed.
    seen: Option<HashSet<PathBuf>>,
}

impl Walk<'_> {
    /// # Errors
    /// A listing that breaks off: files behind the break would be missing from every account.
    fn folder(&mut self, root: &Path, listing: fs::ReadDir, prefix: String) -> Result<(), String> {
        // What lies below has no links on its way, so that only the root need be asked where it really is.
        let place = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        let mut open = vec![(listing, prefix)];
        while let Some((listing, prefix)) = open.pop() {
            for entry in listing {
                let entry = entry.map_err(|error| {
                    format!("文件夹“{prefix}”没有列全（{}），请检查磁盘或网络后重试", reason(&error))
                })?;
                let path = entry.path();
                let name = format!("{prefix}{}", shown(&file_name(&entry.file_name())));
                let Ok(meta) = fs::symlink_metadata(&path) else {
                    self.push(path, name, Vec::new(), 0, None);
                    continue;
                };
                // A folder that can't be listed is kept as an entry of its own, so that it is not lost in silence.
                match if meta.is_dir() { fs::read_dir(&path).ok() } else { None } {
                    Some(below) => open.push((below, format!("{name}/"))),
                    None => {
                        let below = path.strip_prefix(root).map(Path::to_path_buf);
                        self.file(path.clone(), name, &meta, || below.map_or(path, |below| place.join(below)));
                    }
                }
            }
        }
        Ok(())
    }

    /// `identity`: its path without links.
    fn file(&mut self, path: PathBuf, name: String, meta: &Metadata, identity: impl FnOnce() -> PathBuf) {
        if let Some(seen) = self.seen.as_mut().filter(|_| meta.is_file())
            && !seen.insert(identity())
        {
            return;
        }
        let modified = meta
            .modified()
            .ok()
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_secs()).ok());
        if meta.is_file()
            && meta.len() <= self.limits.file_size
            && litter(&name).is_none()
            && let Some(members) = bundle_members(&path, self.limits)
        {
            for member in members {
                let shown = format!("{name}/{}", member.name);
                self.push(path.clone(), shown, member.chain, member.size, member.modified.or(modified));
            }
            return;
        }
        self.push(path, name, Vec::new(), meta.len(), modified);
    }

    fn push(&mut self, path: PathBuf, name: String, member: Vec<u32>, size: u64, modified: Option<i64>) {
        self.files.push(SourceFile { index: 0, name, path, member, size, modified });
    }
}

/// The members where the file is a bundle; `None` where it is anything else, or can't be opened (its reading says so).
fn bundle_members(path: &Path, limits: &Limits) -> Option<Vec<bundle::Member>> {
    let mut file = File::open(path).ok()?;
    let mut head = [0u8; 64];
    let got = file.read(&mut head).ok()?;
    let head = &head[..got];
    if !head.starts_with(b"PK\x03\x04") && !head.starts_with(b"PK00PK") {
        return None;
    }
    // Nearly every zip among returns is a workbook: its first member says so, and one look at 64 bytes is enough.
    let first = head.get(30..).unwrap_or_default();
    if [&b"[Content_Types].xml"[..], b"mimetype", b"_rels/.rels", b"docProps/", b"xl/"]
        .iter()
        .any(|m| first.starts_with(m))
    {
        return None;
    }
    bundle::members(&file, limits.file_size, limits.allowance()).ok()
}

/// Two entries of one shown name stay two, told apart.
fn name_apart(files: &mut [SourceFile]) {
    let mut met: HashMap<String, u32> = HashMap::new();
    for file in files {
        let times = met.entry(file.name.clone()).and_modify(|n| *n += 1).or_insert(1);
        if *times > 1 {
            file.name = format!("{}〔同名第{times}个〕", file.name);
        }
    }
}

/// Why a file is litter by its name, in Chinese; `None` for everything else.
pub fn litter(name: &str) -> Option<&'static str> {
    if name.split('/').any(|part| part == "__MACOSX") {
        return Some("苹果电脑压缩时附带的系统文件");
    }
    let last = name.rsplit('/').next().unwrap_or(name);
    let lower = last.to_lowercase();
    if last.starts_with(".huizong-") {
        Some("本程序写结果时的临时文件")
    } else if last.starts_with("~$") || last.starts_with(".~") {
        Some("打开文件时留下的临时锁文件")
    } else if last.starts_with("._") || lower == ".ds_store" {
        Some("苹果电脑的系统文件")
    } else if lower == "thumbs.db" || lower == "desktop.ini" {
        Some("Windows 的系统文件")
    } else {
        None
    }
}

/// A file name as text: as it is, or GB18030 where a Linux disk holds GBK names.
#[cfg(unix)]
fn file_name(name: &std::ffi::OsStr) -> String {
    use std::os::unix::ffi::OsStrExt;
    bundle::decode_name(name.as_bytes()).into_owned()
}

#[cfg(not(unix))]
fn file_name(name: &std::ffi::OsStr) -> String {
    name.to_string_lossy().into_owned()
}

fn reason(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::NotFound => "不存在",
        std::io::ErrorKind::PermissionDenied => "没有权限",
        _ => "系统读取出错",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_complete_and_nothing_followed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("b")).unwrap();
        fs::write(dir.path().join("b/2.csv"), "x").unwrap();
        fs::write(dir.path().join("a.csv"), "x").unwrap();
        fs::write(dir.path().join("~$a.xlsx"), "x").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(".", dir.path().join("c")).unwrap();
        let found = discover(&[dir.path().to_owned()], &Limits::default()).unwrap();
        let names: Vec<&str> = found.files.iter().map(|file| file.name.as_str()).collect();
        let expected: &[&str] =
            if cfg!(unix) { &["a.csv", "b/2.csv", "c", "~$a.xlsx"] } else { &["a.csv", "b/2.csv", "~$a.xlsx"] };
        assert_eq!(names, expected);
        assert!(found.files.iter().zip(0u32..).all(|(file, index)| file.index == index));
        assert!(discover(&[dir.path().join("nothing")], &Limits::default()).unwrap_err().contains("不存在"));
    }

    /// A file under two of the roots counts once, by whatever way they lead to it; another name of it in one folder does not
    /// go missing.
    #[cfg(unix)]
    #[test]
    fn roots_that_overlap_count_a_file_once() {
        let dir = tempfile::tempdir().unwrap();
        let (city, link) = (dir.path().join("报表/合肥"), dir.path().join("合肥的"));
        fs::create_dir_all(&city).unwrap();
        fs::write(city.join("1.csv"), "x").unwrap();
        fs::hard_link(city.join("1.csv"), city.join("2.csv")).unwrap();
        std::os::unix::fs::symlink(&city, &link).unwrap();
        let count = |roots: &[PathBuf]| discover(roots, &Limits::default()).unwrap().files.len();
        let all = dir.path().join("报表");
        assert_eq!(count(std::slice::from_ref(&all)), 2);
        assert_eq!(count(&[all.clone(), city.clone(), link.clone()]), 2);
        assert_eq!(count(&[link.join("1.csv"), city.join("1.csv"), all.join("合肥/../合肥/1.csv")]), 1);
        assert_eq!(count(&[link.clone(), city.join("2.csv")]), 2);
    }

    /// A zip inside a zip that only more memory may open: what the option lifts for the readers it lifts for the walk.
    #[test]
    fn looking_into_bundles_obeys_the_memory_allowed() {
        use std::io::Write;
        let zip = |name: &str, content: &[u8], method| {
            let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            writer.start_file(name, zip::write::SimpleFileOptions::default().compression_method(method)).unwrap();
            writer.write_all(content).unwrap();
            writer.finish().unwrap().into_inner()
        };
        let inner = zip("a.csv", &vec![0; 33 << 20], zip::CompressionMethod::Stored);
        let outer = zip("inner.zip", &inner, zip::CompressionMethod::Deflated);
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("outer.zip"), outer).unwrap();
        let names = |memory: u64| {
            let limits = Limits::of(memory, std::time::Duration::from_secs(10));
            let found = discover(&[dir.path().to_owned()], &limits).unwrap();
            found.files.into_iter().map(|file| file.name).collect::<Vec<_>>()
        };
        assert_eq!(names(512 << 20), ["outer.zip/inner.zip"]);
        assert_eq!(names(8 << 30), ["outer.zip/inner.zip/a.csv"]);
    }

    #[test]
    fn litter_by_name() {
        for name in [
            "a/~$表.xlsx",
            ".~lock.表.ods#",
            "x/.DS_Store",
            "THUMBS.DB",
            "Desktop.ini",
            "__MACOSX/a.xlsx",
            "b/._a.xlsx",
        ] {
            assert!(litter(name).is_some(), "{name}");
        }
        assert_eq!(litter("合肥/申报表.xlsx"), None);
    }
}
