//! What the test programs share: the conformance vectors as they lie in `tests/vectors`.

pub mod typings;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// One conformance vector: an operation, its input, and what must come out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// What it shows, unique within its file.
    pub name: String,
    /// Where the expected value comes from.
    #[serde(default)]
    pub source: Option<String>,
    /// The operation.
    pub op: String,
    /// Its input.
    pub input: Value,
    /// The whole output, every key of it.
    #[serde(default)]
    pub expect: Option<Value>,
    /// Or the problems, as far as they are given: `code` and `path` of each.
    #[serde(default)]
    pub error: Option<Vec<ExpectedProblem>>,
}

/// A problem that a vector expects.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct ExpectedProblem {
    /// The code.
    pub code: String,
    /// The JSON pointer.
    pub path: String,
}

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All vectors, with the name `folder/file: name` that each test has.
///
/// # Errors
/// Says which file cannot be read.
pub fn vectors() -> Result<Vec<(String, Vector)>, String> {
    let mut found = Vec::new();
    for file in files(&root().join("tests/vectors"))? {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file:?}: {error}"))?;
        let list: Vec<Vector> =
            serde_json::from_str(&text).map_err(|error| format!("{file:?}: {error}"))?;
        let domain = file.parent().and_then(Path::file_name).unwrap_or_default();
        let stem = file.file_stem().unwrap_or_default();
        for vector in list {
            let name =
                format!("{}/{}: {}", domain.to_string_lossy(), stem.to_string_lossy(), vector.name);
            found.push((name, vector));
        }
    }
    Ok(found)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{folder:?}: {error}"))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
