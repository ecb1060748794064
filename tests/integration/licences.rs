//! What is linked may be passed on: the licence of every dependency is one that `.cargo/deny.toml` allows.

use super::support::root;

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let deny = std::fs::read_to_string(root().join(".cargo/deny.toml")).expect(".cargo/deny.toml");
    let (_, list) = deny.split_once("allow = [").expect("the list of licences");
    let (list, _) = list.split_once(']').expect("its end");
    let allowed: Vec<&str> = list.split('"').skip(1).step_by(2).collect();
    assert!(allowed.len() > 5);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--offline", "--locked"]).current_dir(root());
    let said = command.output().expect("cargo starts");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
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
