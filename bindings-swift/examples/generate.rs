//! Writes the Swift or Kotlin sources that go with a built library.
//!
//! `cargo run -p guerdon-swift --example generate -- swift LIBRARY SOURCES TESTS README`: into SOURCES what
//! UniFFI writes, and JSON by each language's own manners; into TESTS the operations as a table, so that every
//! vector can be run through the typed records, and the sample of the README as a function.

#[path = "generate/records.rs"]
mod records;
#[path = "generate/templates.rs"]
mod templates;
#[path = "generate/touch_ups.rs"]
mod touch_ups;

use std::error::Error;
use std::fs;
use std::path::Path;

use camino::Utf8PathBuf;
use uniffi::{GenerateOptions, TargetLanguage, generate};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [language, library, sources, tests, readme] = words.as_slice() else {
        return Err("usage: generate swift|kotlin LIBRARY SOURCES TESTS README".into());
    };
    let (target, language) = match language.as_str() {
        "swift" => (TargetLanguage::Swift, templates::SWIFT),
        "kotlin" => (TargetLanguage::Kotlin, templates::KOTLIN),
        other => return Err(format!("no such language: `{other}`; one of swift, kotlin").into()),
    };
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("uniffi.toml");
    generate(GenerateOptions {
        languages: vec![target],
        source: Utf8PathBuf::from(library),
        out_dir: Utf8PathBuf::from(sources),
        config_override: Some(Utf8PathBuf::try_from(config)?),
        ..GenerateOptions::default()
    })?;
    language.touch_up(sources)?;
    write(sources, language.json_file, &language.json(&records::names()))?;
    write(tests, language.table_file, &language.table(&records::operations()))?;
    let readme = fs::read_to_string(readme)?;
    write(
        tests,
        language.sample_file,
        &language.sample(&readme).ok_or("the README has no such sample")?,
    )
}

fn write(folder: &str, name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let file = Path::new(folder).join(name);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(file, text)?)
}
