//! The guides to messages, automations and tasks: their documents hold, without anything to complain of.

const GUIDES: [&str; 3] = [
    include_str!("../../docs/automation.md"),
    include_str!("../../docs/messaging.md"),
    include_str!("../../docs/tasks.md"),
];

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
        ("guerdon.queue/1", "queue.validate", "queue"),
        ("guerdon.template/1", "template.validate", "template"),
    ] {
        let documents = documents(format);
        assert!(!documents.is_empty(), "{format}");
        for document in documents {
            let answer = guerdon::call(operation, &format!(r#"{{"{field}":{document}}}"#));
            assert_eq!(answer.unwrap(), r#"{"usable":true}"#, "{document}");
        }
    }
}
