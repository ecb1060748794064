//! The law of the house: imports go down only, between floors and between files, and no two files import each other in
//! a circle, not even through a module that both belong to.
//!
//! Every source file is parsed, tests aside. A name that a module passes on (`pub use`) is an import of the file that
//! defines it, whoever passes it on; and a module that passes on what its children define imports them, so that a child
//! which names something through its parent is seen as the circle that it is.

use super::support::root;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// The floors from the top. A floor may import those of the rows below it, and nothing beside it.
const FLOORS: [&[&str]; 17] = [
    &["main"],
    &["cli", "samples"],
    &["workspace"],
    &["run"],
    &["ingest", "normalise", "validate", "compute", "report", "tables"],
    &["history"],
    &["rows"],
    &["definition"],
    &["language"],
    &["formats"],
    &["book"],
    &["model"],
    &["text"],
    &["domain"],
    &["atomic"],
    &["machine"],
    // The crate's own root names the floors and imports none.
    &[""],
];

/// A module by its path below the crate (`compute::facts`); the root is empty.
type Module = String;

/// What one file says, tests aside.
#[derive(Default)]
struct Source {
    /// Names in scope by `use`, with the path each stands for; whether others may take them from here.
    uses: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// `pub use` of another floor: the way round the law.
    passed_on: Vec<Vec<String>>,
    defines: BTreeSet<String>,
    /// Names of types, traits and aliases among them, also those inside functions and modules in the file.
    types: Vec<String>,
    paths: Vec<Vec<String>>,
    /// Child modules that exist for tests only.
    tests: BTreeSet<String>,
    modules: BTreeSet<String>,
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

impl Source {
    fn import(&mut self, tree: &syn::UseTree, before: &[String], public: bool) {
        let with = |name: &syn::Ident| before.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.import(&path.tree, &with(&path.ident), public),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, before, public)),
            syn::UseTree::Glob(_) => self.globs.push(before.to_vec()),
            syn::UseTree::Name(name) if name.ident == "self" => {
                self.named(before.last().cloned().unwrap_or_default(), before.to_vec(), public);
            }
            syn::UseTree::Name(name) => self.named(name.ident.to_string(), with(&name.ident), public),
            syn::UseTree::Rename(rename) => self.named(rename.rename.to_string(), with(&rename.ident), public),
        }
    }

    fn named(&mut self, name: String, path: Vec<String>, public: bool) {
        if public && path.first().is_some_and(|first| first == "crate") {
            self.passed_on.push(path.clone());
        }
        self.uses.insert(name, path);
    }

    /// Paths inside a macro's arguments, which the parser leaves as tokens.
    fn tokens(&mut self, stream: proc_macro2::TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in stream {
            match token {
                proc_macro2::TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.paths.push(std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                proc_macro2::TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                proc_macro2::TokenTree::Group(group) => {
                    self.paths.push(std::mem::take(&mut path));
                    self.tokens(group.stream());
                    colons = 0;
                }
                _ => {
                    self.paths.push(std::mem::take(&mut path));
                    colons = 0;
                }
            }
        }
        self.paths.push(path);
    }
}

impl Visit<'_> for Source {
    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        if !is_test(&call.attrs) {
            visit::visit_expr_method_call(self, call);
        }
    }

    fn visit_item(&mut self, item: &syn::Item) {
        use syn::Item as I;
        let (name, attributes) = match item {
            I::Const(i) => (Some(&i.ident), &i.attrs),
            I::Enum(i) => (Some(&i.ident), &i.attrs),
            I::Fn(i) => (Some(&i.sig.ident), &i.attrs),
            I::Macro(i) => (i.ident.as_ref(), &i.attrs),
            I::Mod(i) => (Some(&i.ident), &i.attrs),
            I::Static(i) => (Some(&i.ident), &i.attrs),
            I::Struct(i) => (Some(&i.ident), &i.attrs),
            I::Trait(i) => (Some(&i.ident), &i.attrs),
            I::Type(i) => (Some(&i.ident), &i.attrs),
            I::Union(i) => (Some(&i.ident), &i.attrs),
            I::Impl(i) => (None, &i.attrs),
            I::Use(i) => (None, &i.attrs),
            _ => return visit::visit_item(self, item),
        };
        if is_test(attributes) {
            if let I::Mod(module) = item {
                self.tests.insert(module.ident.to_string());
            }
            return;
        }
        if let (Some(name), I::Enum(_) | I::Struct(_) | I::Trait(_) | I::Type(_) | I::Union(_)) = (name, item) {
            self.types.push(name.to_string());
        }
        match item {
            I::Mod(module) => drop(self.modules.insert(module.ident.to_string())),
            I::Use(import) => self.import(&import.tree, &[], !matches!(import.vis, syn::Visibility::Inherited)),
            _ => drop(name.map(|name| self.defines.insert(name.to_string()))),
        }
        visit::visit_item(self, item);
    }

    /// Who may see an item (`pub(super)`) imports nothing.
    fn visit_vis_restricted(&mut self, _: &syn::VisRestricted) {}

    fn visit_path(&mut self, path: &syn::Path) {
        self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }
}

struct House {
    files: BTreeMap<Module, Source>,
}

impl House {
    fn read() -> House {
        let src = root().join("src");
        let mut paths = Vec::new();
        sources(&src, &mut paths);
        let files = paths.iter().map(|path| {
            let inside = path.strip_prefix(&src).expect("below src").with_extension("");
            let mut parts: Vec<String> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            parts.pop_if(|last| last == "mod" || last == "lib");
            let text = std::fs::read_to_string(path).expect("a source file");
            let mut source = Source::default();
            source.visit_file(&syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
            (parts.join("::"), source)
        });
        let mut house = House { files: files.collect() };
        let below =
            |module: &str, name: &str| if module.is_empty() { name.into() } else { format!("{module}::{name}") };
        let tests: Vec<Module> =
            house.files.iter().flat_map(|(at, source)| source.tests.iter().map(|name| below(at, name))).collect();
        let of_tests = |at: &str| tests.iter().any(|test| at == test || at.starts_with(&format!("{test}::")));
        house.files.retain(|at, _| !of_tests(at));
        house
    }

    /// A path as seen from a module, from the crate's root; `None` where it is of another crate or a local name.
    fn absolute(&self, from: &str, path: &[String]) -> Option<Vec<String>> {
        let own = || from.split("::").filter(|part| !part.is_empty()).map(str::to_owned);
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" | "huizong" => Some(rest.to_vec()),
            "self" => Some(own().chain(rest.iter().cloned()).collect()),
            "super" => {
                let up = path.iter().take_while(|part| *part == "super").count();
                let depth = own().count().checked_sub(up)?;
                Some(own().take(depth).chain(path[up..].iter().cloned()).collect())
            }
            name => {
                let source = self.files.get(from)?;
                match source.uses.get(name) {
                    Some(used) if used.first() != Some(first) => {
                        Some([self.absolute(from, used)?, rest.to_vec()].concat())
                    }
                    _ if source.modules.contains(name) => Some(own().chain(path.iter().cloned()).collect()),
                    _ => None,
                }
            }
        }
    }

    /// The file that defines what an absolute path names, followed through what modules pass on.
    fn definer(&self, path: &[String], depth: usize) -> Option<Module> {
        let module = self.nearest(path);
        let length = module.split("::").filter(|part| !part.is_empty()).count();
        let Some(name) = path.get(length).filter(|_| depth < 16) else { return Some(module) };
        let source = self.files.get(&module)?;
        if source.defines.contains(name) {
            return Some(module);
        }
        let onward = |target: &[String]| {
            let target = self.absolute(&module, target)?;
            self.definer(&[&target[..], &path[length + 1..]].concat(), depth + 1)
        };
        if let Some(target) = source.uses.get(name) {
            return onward(target);
        }
        let by_glob = source.globs.iter().find_map(|glob| {
            let target = self.absolute(&module, glob)?;
            let definer = self.definer(&[&target[..], &path[length..]].concat(), depth + 1)?;
            self.files.get(&definer)?.defines.contains(name).then_some(definer)
        });
        by_glob.or(Some(module))
    }

    /// Every file with the files that it imports: those that define what it names and, inside its own floor, also the
    /// module that it names them through.
    fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let of = |(at, source): (&Module, &Source)| {
            let used = source.uses.values().filter(|path| self.names_no_module(at, path));
            let named = source.paths.iter().chain(used).chain(&source.globs);
            let mut found = BTreeSet::new();
            for path in named.filter_map(|path| self.absolute(at, path)) {
                found.extend(self.definer(&path, 0));
                found.extend(Some(self.nearest(&path)).filter(|through| floor(through) == floor(at)));
            }
            found.remove(at);
            found.remove("");
            (at.clone(), found)
        };
        self.files.iter().map(of).collect()
    }

    /// The longest beginning of a path that is a file.
    fn nearest(&self, path: &[String]) -> Module {
        let known = |length: &usize| self.files.contains_key(&path[..*length].join("::"));
        path[..(1..=path.len()).rev().find(known).unwrap_or(0)].join("::")
    }

    /// Bringing a module into scope is no import yet: what is used of it is.
    fn names_no_module(&self, at: &str, path: &[String]) -> bool {
        self.absolute(at, path).is_some_and(|path| !self.files.contains_key(&path.join("::")))
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("src").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn floor(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

/// Files that reach each other, by the file of each group that comes first; groups of one are left out.
fn circles(imports: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<Vec<Module>> {
    let reach = |from: &Module| {
        let mut seen: BTreeSet<Module> = BTreeSet::new();
        let mut next = vec![from.clone()];
        while let Some(at) = next.pop() {
            for other in imports.get(&at).into_iter().flatten() {
                if seen.insert(other.clone()) {
                    next.push(other.clone());
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&Module, BTreeSet<Module>> = imports.keys().map(|at| (at, reach(at))).collect();
    let mut found: Vec<Vec<Module>> = Vec::new();
    for (at, there) in &reached {
        if found.iter().flatten().any(|known| known == *at) || !there.contains(*at) {
            continue;
        }
        found.push(there.iter().filter(|other| reached[other].contains(*at)).cloned().collect());
    }
    found
}

#[test]
fn imports_go_down_only() {
    let house = House::read();
    let level = |name: &str| FLOORS.iter().position(|row| row.contains(&name));
    let mut wrong: Vec<String> = Vec::new();
    for (at, others) in house.imports() {
        for other in others.iter().filter(|other| floor(other) != floor(&at)) {
            let (Some(from), Some(to)) = (level(floor(&at)), level(floor(other))) else {
                wrong.push(format!("{at} or {other} stands on no floor"));
                continue;
            };
            if from >= to {
                wrong.push(format!("{at} imports {other}"));
            }
        }
    }
    assert!(house.files.len() > 200, "the walk found the sources");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles = circles(&House::read().imports());
    let told: Vec<String> = circles.iter().map(|group| format!("{}: {}", group.len(), group.join(" "))).collect();
    assert!(circles.is_empty(), "{}", told.join("\n"));
}

#[test]
fn no_floor_passes_on_what_another_defines() {
    let house = House::read();
    let mut wrong = Vec::new();
    for (at, source) in &house.files {
        let foreign = source.passed_on.iter().filter(|path| path.get(1).is_some_and(|first| first != floor(at)));
        wrong.extend(foreign.map(|path| format!("{at} passes on {}", path.join("::"))));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_name_has_one_meaning() {
    let house = House::read();
    let mut defined: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (at, source) in &house.files {
        source.types.iter().for_each(|name| defined.entry(name).or_default().push(at));
    }
    let twice: Vec<String> = defined
        .iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(name, places)| format!("{name}: {}", places.join(" ")))
        .collect();
    assert!(defined.len() > 300, "the walk found the types");
    assert!(twice.is_empty(), "a type's name is used once; rename by the field's words:\n{}", twice.join("\n"));
}

#[test]
fn a_circle_is_found() {
    let edges = [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")];
    let mut imports: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (from, to) in edges {
        imports.entry(from.into()).or_default().insert(to.into());
        imports.entry(to.into()).or_default();
    }
    assert_eq!(circles(&imports), [["a", "b", "c"]]);
}
