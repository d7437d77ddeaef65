//! Generates the Swift and Kotlin sources from the built library, as a release does, and looks
//! for every operation in them. It needs neither language's compiler.

use std::error::Error;
use std::fs;
use std::path::Path;

use camino::Utf8PathBuf;
use guerdon::OPERATIONS;
use uniffi::{GenerateOptions, TargetLanguage, generate};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The library that cargo built for this test: beside it, or one folder up.
fn library() -> Result<Utf8PathBuf> {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
    let name = format!("{DLL_PREFIX}guerdon_ffi{DLL_SUFFIX}");
    let test = std::env::current_exe()?;
    let mut places = test.ancestors().skip(1).take(2).map(|folder| folder.join(&name));
    let found = places.find(|place| place.exists()).ok_or("the library is not built")?;
    Ok(Utf8PathBuf::try_from(found)?)
}

/// Everything that is generated for a language, as one text.
fn sources(language: TargetLanguage, name: &str) -> Result<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    generate(GenerateOptions {
        languages: vec![language],
        source: library()?,
        out_dir: Utf8PathBuf::try_from(folder.clone())?,
        ..GenerateOptions::default()
    })?;
    let mut folders = vec![folder];
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                text.push_str(&fs::read_to_string(path)?);
            }
        }
    }
    Ok(text)
}

/// `moneyRound` of `money_round`.
fn camel(function: &str) -> String {
    let mut up = false;
    let mut name = String::new();
    for letter in function.chars() {
        match letter {
            '_' => up = true,
            _ if up => {
                name.extend(letter.to_uppercase());
                up = false;
            }
            _ => name.push(letter),
        }
    }
    name
}

#[test]
fn swift_has_every_operation() -> Result<()> {
    let text = sources(TargetLanguage::Swift, "swift")?;
    for operation in OPERATIONS {
        let function = camel(operation.function);
        assert!(text.contains(&format!("public func {function}(input: ")), "{function}");
    }
    assert!(text.contains("public func call(operation: String, input: String)throws"));
    assert!(text.contains("enum GuerdonError: Swift.Error"));
    Ok(())
}

#[test]
fn kotlin_has_every_operation() -> Result<()> {
    let text = sources(TargetLanguage::Kotlin, "kotlin")?;
    for operation in OPERATIONS {
        let function = camel(operation.function);
        assert!(text.contains(&format!("fun `{function}`(`input`: ")), "{function}");
    }
    assert!(text.contains("class GuerdonException"));
    Ok(())
}
