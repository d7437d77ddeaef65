//! What is written beside UniFFI's own sources, in each language.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use super::records::Typed;
use super::touch_ups::{self, TouchUp};

/// How a language says it.
pub(crate) struct Language {
    touch_ups: &'static [TouchUp],
    pub(crate) json_file: &'static str,
    pub(crate) table_file: &'static str,
    pub(crate) sample_file: &'static str,
    /// What the README calls the language.
    fence: &'static str,
    /// What prints, in the sample.
    print: &'static str,
    /// IMPORTS, BODY and PROMISES.
    sample: &'static str,
    json_head: &'static str,
    /// RECORD and READ stand for the record and the function that reads it.
    json_each: &'static str,
    table_head: &'static str,
    /// NAME, FUNCTION and READ.
    table_each: &'static str,
    table_foot: &'static str,
}

pub(crate) const SWIFT: Language = Language {
    touch_ups: touch_ups::SWIFT,
    json_file: "Json.swift",
    table_file: "TypedOperations.swift",
    sample_file: "ReadmeSample.swift",
    fence: "```swift\n",
    print: "print(",
    sample: "// Generated: the sample of the README.

IMPORTS
func readmeSample(print: (Any) -> Void) throws {
BODY}

let readmePromises = [PROMISES]
",
    json_head: "// Generated: records from JSON, as initialisers.\n",
    json_each: "
extension RECORD {
    /// Reads it from JSON text.
    public init(json: String) throws {
        self = try READ(text: json)
    }
}
",
    table_head: "// Generated: every operation, from JSON to JSON through the typed records.

import Guerdon

let typedOperations: [String: (String) throws -> String] = [
",
    table_each: "    \"NAME\": { try FUNCTION(input: READ(text: $0)).toJson() },\n",
    table_foot: "]\n",
};

pub(crate) const KOTLIN: Language = Language {
    touch_ups: touch_ups::KOTLIN,
    json_file: "guerdon/Json.kt",
    table_file: "guerdon/TypedOperations.kt",
    sample_file: "readme/ReadmeSample.kt",
    fence: "```kotlin\n",
    print: "println(",
    sample: "// Generated: the sample of the README.

package readme

IMPORTS
internal fun readmeSample(File: (String) -> java.io.File, println: (Any?) -> Unit) {
BODY    main()
}

internal val readmePromises: List<String> = listOf(PROMISES)
",
    json_head: "// Generated: records from JSON, on their companions.

package guerdon
",
    json_each: "
/** Reads it from JSON text. */
public fun RECORD.Companion.fromJson(json: String): RECORD = READ(json)
",
    table_head: "// Generated: every operation, from JSON to JSON through the typed records.

package guerdon

internal val typedOperations: Map<String, (String) -> String> = mapOf(
",
    table_each: "    \"NAME\" to { FUNCTION(READ(it)).toJson() },\n",
    table_foot: ")\n",
};

impl Language {
    pub(crate) fn touch_up(&self, sources: &str) -> Result<(), Box<dyn Error>> {
        touch_ups::apply(self.touch_ups, Path::new(sources))
    }

    /// The sample as a function, and what its lines promise to print: `print(total)  // 137.49`.
    pub(crate) fn sample(&self, readme: &str) -> Option<String> {
        let (_, rest) = readme.split_once(self.fence)?;
        let (sample, _) = rest.split_once("```")?;
        let is_import = |line: &&str| line.starts_with("import ");
        let imports: String =
            sample.lines().filter(is_import).map(|line| format!("{line}\n")).collect();
        let body = sample.lines().filter(|line| !is_import(line));
        let body: String = body.map(|line| format!("    {line}\n")).collect();
        let promise = |line: &str| {
            let (code, promise) = line.split_once("// ")?;
            code.trim_start().starts_with(self.print).then(|| format!("\"{promise}\""))
        };
        let promises: Vec<String> = sample.lines().filter_map(promise).collect();
        let text = self.sample.replace("IMPORTS\n", &imports).replace("BODY", &body);
        Some(text.replace("PROMISES", &promises.join(", ")))
    }

    pub(crate) fn json(&self, records: &BTreeSet<&str>) -> String {
        let mut text = self.json_head.to_owned();
        for record in records {
            text.push_str(
                &self.json_each.replace("RECORD", record).replace("READ", &reader(record)),
            );
        }
        text
    }

    pub(crate) fn table(&self, operations: &[Typed]) -> String {
        let mut text = self.table_head.to_owned();
        for operation in operations {
            let line = self.table_each.replace("NAME", operation.name);
            let line = line.replace("FUNCTION", &camel(operation.function));
            text.push_str(&line.replace("READ", &reader(operation.input)));
        }
        text + self.table_foot
    }
}

/// `evaluateInputFromJson` of `EvaluateInput`.
fn reader(record: &str) -> String {
    let mut letters = record.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    format!("{}{}FromJson", first.unwrap_or_default(), letters.as_str())
}

/// `moneyRound` of `money_round`.
pub(crate) fn camel(function: &str) -> String {
    let mut words = function.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}
