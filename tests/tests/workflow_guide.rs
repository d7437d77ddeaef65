//! The guide to workflows: its samples hold, without anything to complain of.

const GUIDE: &str = include_str!("../../docs/workflow.md");

#[test]
fn every_sample_is_a_workflow_without_findings() {
    let blocks = GUIDE.split("```json\n").skip(1);
    let samples: Vec<&str> = blocks.map(|block| block.split("```").next().unwrap()).collect();
    assert!(samples.len() >= 4);
    for sample in samples {
        let answer = guerdon::call("workflow.validate", &format!(r#"{{"workflow":{sample}}}"#));
        assert_eq!(answer.unwrap(), r#"{"usable":true}"#, "{sample}");
    }
}
