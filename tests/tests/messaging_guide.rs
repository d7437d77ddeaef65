//! The guides to messages and automations: their documents hold, without anything to complain of.

const GUIDES: [&str; 2] =
    [include_str!("../../docs/automation.md"), include_str!("../../docs/messaging.md")];

/// The samples of the guides that are documents of a format.
fn documents(format: &str) -> Vec<&'static str> {
    let blocks = GUIDES.iter().flat_map(|guide| guide.split("```json\n").skip(1));
    let samples = blocks.map(|block| block.split("```").next().unwrap());
    samples.filter(|sample| sample.contains(&format!("\"{format}\""))).collect()
}

#[test]
fn every_document_is_usable() {
    for (format, operation, field) in [
        ("guerdon.automation/1", "automation.validate", "automation"),
        ("guerdon.delivery/1", "delivery.validate", "policy"),
    ] {
        let documents = documents(format);
        assert!(!documents.is_empty(), "{format}");
        for document in documents {
            let answer = guerdon::call(operation, &format!(r#"{{"{field}":{document}}}"#));
            assert_eq!(answer.unwrap(), r#"{"usable":true}"#, "{document}");
        }
    }
}
