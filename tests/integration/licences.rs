//! What is linked may be passed on, and is linked once: what `.cargo/deny.toml` says of licences and of versions, held also
//! where cargo-deny is not at hand.

use super::support::root;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn deny() -> toml::Value {
    let text = std::fs::read_to_string(root().join(".cargo/deny.toml")).expect(".cargo/deny.toml");
    toml::from_str(&text).expect("TOML")
}

fn texts<'v>(values: &'v toml::Value, key: &'v str) -> Vec<&'v str> {
    let list = values.as_array().expect("a list");
    list.iter().filter_map(|one| one.as_str().or_else(|| one.get(key)?.as_str())).collect()
}

/// What cargo knows of everything that is linked on a target.
fn metadata(target: Option<&str>) -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--offline", "--locked"]).current_dir(root());
    command.args(target.map(|target| format!("--filter-platform={target}")));
    let said = command.output().expect("cargo starts");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).expect("JSON")
}

/// Not before a second version is of use to somebody that we name.
#[test]
fn no_dependency_is_linked_in_two_versions_but_for_those_that_are_named() {
    let deny = deny();
    let skipped: BTreeSet<String> = texts(&deny["bans"]["skip"], "crate").into_iter().map(str::to_owned).collect();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for target in texts(&deny["graph"]["targets"], "triple") {
        let metadata = metadata(Some(target));
        let linked: BTreeSet<&str> = metadata["resolve"]["nodes"]
            .as_array()
            .expect("nodes")
            .iter()
            .filter_map(|node| node["id"].as_str())
            .collect();
        for package in metadata["packages"].as_array().expect("packages") {
            if package["id"].as_str().is_some_and(|id| linked.contains(id)) {
                let text = |key: &str| package[key].as_str().expect("a text").to_owned();
                versions.entry(text("name")).or_default().insert(text("version"));
            }
        }
    }
    assert!(versions.len() > 50, "{}", versions.len());
    let twice = versions.iter().filter(|(_, versions)| versions.len() > 1);
    let named =
        |name: &str| versions[name].iter().filter(|version| skipped.contains(&format!("{name}@{version}"))).count();
    let unnamed: Vec<String> = twice
        .filter(|(name, versions)| named(name) + 1 < versions.len())
        .map(|(name, versions)| format!("{name} {versions:?}"))
        .collect();
    assert!(unnamed.is_empty(), "name one of them in .cargo/deny.toml, with its reason: {unnamed:?}");
    let idle = |named: &&String| {
        let (name, version) = named.split_once('@').expect("name@version");
        versions.get(name).is_none_or(|versions| versions.len() < 2 || !versions.contains(version))
    };
    let idle: Vec<&String> = skipped.iter().filter(idle).collect();
    assert!(idle.is_empty(), "named in .cargo/deny.toml for nothing: {idle:?}");
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let deny = deny();
    let allowed = texts(&deny["licenses"]["allow"], "");
    assert!(allowed.len() > 5);
    let metadata = metadata(None);
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() > 50, "{}", packages.len());
    // `A OR B` leaves the choice; `A AND B` and brackets ask for all of what they hold.
    let all = |part: &str| {
        part.split(" AND ").all(|one| {
            one.trim_matches(['(', ')', ' '])
                .split(" OR ")
                .any(|one| allowed.contains(&one.trim_matches(['(', ')', ' '])))
        })
    };
    let fits = |licence: &str| {
        let licence = licence.replace('/', " OR ");
        if licence.contains('(') { all(&licence) } else { licence.split(" OR ").any(all) }
    };
    let wrong: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(fits))
        .map(|package| format!("{} {}", package["name"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
