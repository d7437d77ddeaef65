//! What guerdon depends on is what docs/dependencies.md says, and the default build of the core
//! carries no other language's runtime.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use guerdon_tests::root;
use serde_json::Value;

/// Runtimes of other languages, and Arrow, which only features bring in.
const BEHIND_FEATURES: [&str; 5] = ["pyo3", "uniffi", "napi", "wasm-bindgen", "arrow"];

fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    let output = command.args(arguments).arg("--locked").current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn packages() -> Vec<Value> {
    let text = cargo(&["metadata", "--format-version", "1"]);
    let mut metadata: Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(metadata["packages"].take()).unwrap()
}

/// Names of the crates that a build of the core on this machine compiles.
fn compiled(features: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--package",
        "guerdon",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--features",
        features,
    ]);
    tree.lines().filter_map(|line| line.split(' ').next()).map(ToOwned::to_owned).collect()
}

fn other_runtimes(crates: &BTreeSet<String>) -> Vec<&String> {
    let is_one = |name: &&String| {
        BEHIND_FEATURES.iter().any(|one| *name == one || name.starts_with(&format!("{one}-")))
    };
    crates.iter().filter(is_one).collect()
}

#[test]
fn the_default_build_carries_no_other_runtime() {
    let crates = compiled("default");
    assert!(crates.contains("rust_decimal"), "{crates:?}");
    assert!(other_runtimes(&crates).is_empty(), "{:?}", other_runtimes(&crates));
    let with_arrow = compiled("arrow");
    let found = other_runtimes(&with_arrow);
    assert!(!found.is_empty() && found.iter().all(|name| name.starts_with("arrow")), "{found:?}");
}

#[test]
fn private_features_are_off_unless_named() {
    let packages = packages();
    let core = packages.iter().find(|package| package["name"] == "guerdon").unwrap();
    let features: BTreeMap<String, Vec<String>> =
        serde_json::from_value(core["features"].clone()).unwrap();
    assert_eq!(features["default"], Vec::<String>::new());
    let private: Vec<&String> = features.keys().filter(|name| name.starts_with("__")).collect();
    assert_eq!(private, ["__python", "__uniffi"]);
    for (feature, brings) in &features {
        let others: Vec<&String> = brings
            .iter()
            .filter(|one| private.iter().any(|name| one.contains(name.as_str())))
            .collect();
        assert!(others.is_empty(), "`{feature}` brings {others:?}");
    }
    // Of the workspace, only the binding of a language asks for its feature.
    for package in packages.iter().filter(|package| package["source"].is_null()) {
        for dependency in package["dependencies"].as_array().unwrap() {
            if dependency["name"] != "guerdon" {
                continue;
            }
            for feature in dependency["features"].as_array().unwrap() {
                let asked = (package["name"].as_str().unwrap(), feature.as_str().unwrap());
                let known = [
                    ("guerdon-python", "__python"),
                    ("guerdon-python", "arrow"),
                    ("guerdon-swift", "__uniffi"),
                ];
                assert!(known.contains(&asked), "{asked:?}");
            }
        }
    }
}

/// A row of a table in docs/dependencies.md.
struct Row {
    version: String,
    licences: BTreeSet<String>,
}

fn rows() -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (names, rest) = cells.split_first().unwrap();
        assert!(rest.iter().filter(|cell| cell.is_empty()).count() <= 1, "no reason given: {line}");
        for name in names.split(',').map(|name| name.trim().trim_matches('`')) {
            let row = Row { version: rest[0].to_owned(), licences: licences(rest.last().unwrap()) };
            assert!(rows.insert(name.to_owned(), row).is_none(), "`{name}` has two rows");
        }
    }
    rows
}

/// The licences that a text names, however it joins them.
fn licences(text: &str) -> BTreeSet<String> {
    let words = text.split([' ', '/', '(', ')']).filter(|word| !word.is_empty());
    let joins = ["or", "and", "OR", "AND"];
    words.filter(|word| !joins.contains(word)).map(ToOwned::to_owned).collect()
}

#[test]
fn every_dependency_has_its_row() {
    let packages = packages();
    let rows = rows();
    let mut used = BTreeSet::new();
    for package in packages.iter().filter(|package| package["source"].is_null()) {
        for dependency in package["dependencies"].as_array().unwrap() {
            used.insert(dependency["name"].as_str().unwrap().to_owned());
        }
    }
    for own in ["guerdon", "guerdon-tests"] {
        used.remove(own);
    }
    assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), used);
    for (name, row) in &rows {
        let of_name: Vec<&Value> =
            packages.iter().filter(|package| package["name"] == name.as_str()).collect();
        let version = format!("{}.", row.version);
        let said = of_name
            .iter()
            .find(|package| package["version"].as_str().unwrap().starts_with(&version));
        let package =
            said.unwrap_or_else(|| panic!("`{name}` {} is not in Cargo.lock", row.version));
        let found = licences(package["license"].as_str().unwrap());
        assert!(found.is_subset(&row.licences), "`{name}` is under {found:?}");
    }
}
