//! The ready-made workflows, drawn.

use std::fmt::Write;

use guerdon::workflow::READY_MADE;
use serde_json::Value;

use super::NOTICE;

pub(super) fn files() -> Vec<(String, String)> {
    let mut out = format!("<!-- {NOTICE} -->\n# Ready-made workflows\n\n{ABOUT}\n");
    for (id, summary, _) in READY_MADE {
        let _ = writeln!(out, "- [`{id}`](#{id}): {}", uncapitalised(summary));
    }
    for (id, summary, text) in READY_MADE {
        let _ = write!(
            out,
            "\n## {id}\n\n{summary} \
             [Document](../core/documents/workflows/{id}.json).\n\n```mermaid\n{}```\n",
            drawing(text)
        );
    }
    vec![("docs/ready-made-workflows.md".to_owned(), out)]
}

const ABOUT: &str = "\
What most hosts start from, and change where theirs differ: `workflow.ready_made` gives each of them, and they lie in
`core/documents/workflows`. Each is without findings, and the tests walk through every state of it. The
[guide](workflow.md) says what a workflow is made of. A drawing shows the event or the time that leads on, and
`[when]` where there is a condition.
";

fn uncapitalised(summary: &str) -> String {
    let mut letters = summary.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

fn drawing(text: &str) -> String {
    let input = format!(r#"{{"workflow":{text}}}"#);
    let drawn = guerdon::call("workflow.diagram", &input).ok();
    let drawn: Option<Value> = drawn.and_then(|answer| serde_json::from_str(&answer).ok());
    let mermaid = drawn.as_ref().and_then(|drawn| drawn.get("mermaid")).and_then(Value::as_str);
    mermaid.unwrap_or_default().to_owned()
}
