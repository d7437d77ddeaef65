//! What no single file of this module shows: limits, problems with their places, and reasons.

use super::*;
use crate::kernel::document::{Limits, parse};
use crate::kernel::explain::NoSteps;
use crate::kernel::problem::Problems;

fn read(text: &str) -> Expression {
    parse(text, Limits::DOCUMENT).unwrap()
}

fn vocabulary() -> Vocabulary {
    let mut facts = Vocabulary::new();
    let euros = FactType::Money { currency: "EUR".parse().ok() };
    for (name, of) in [
        ("channel", FactType::String {}),
        ("count", FactType::Integer {}),
        ("price", FactType::Money { currency: None }),
        ("total", euros),
        ("new", FactType::Bool {}),
        ("at", FactType::Instant {}),
        ("tags", FactType::List { of: ItemType::String }),
    ] {
        facts.declare(name, of).unwrap();
    }
    facts
}

fn problems(text: &str) -> Vec<String> {
    let refused = |problems: Problems| {
        let list = problems.into_vec().into_iter();
        list.map(|problem| format!("{} {}", problem.code, problem.path)).collect()
    };
    infer(&read(text), &vocabulary()).map_or_else(refused, |_| Vec::new())
}

#[test]
fn all_problems_are_found_each_once_and_in_its_place() {
    let text = r#"{"op": "and", "args": [
        {"op": "eq", "args": [{"fact": "chanel"}, {"string": "web"}]},
        {"op": "gte", "args": [{"fact": "total"}, {"money": {"amount": "1", "currency": "USD"}}]},
        {"op": "not", "args": []},
        {"op": "not", "args": [{"op": "add", "args": [{"bool": true}, {"string": "a"}]}]},
        {"fact": "count"},
        {"op": "in", "args": [{"fact": "channel"}, {"list": [{"string": "a"}, {"integer": 1}]}]},
        {"op": "exists", "args": [{"integer": 1}]},
        {"op": "eq", "args": [{"op": "local_hour", "args": [{"fact": "at"}, {"string": "Mars"}]}, {"integer": 1}]}
    ]}"#;
    assert_eq!(
        problems(text),
        [
            "fact_unknown /args/0/args/0/fact",
            "currency_mismatch /args/1/args/1",
            "argument_count /args/2",
            "expression_type /args/3/args/0/args/0",
            "expression_type /args/3/args/0/args/1",
            "expression_type /args/5/args/1/list/1",
            "expression_type /args/6/args/0",
            "zone_unknown /args/7/args/0/args/1/string",
            "expression_type /args/4",
        ]
    );
}

fn nested(depth: usize) -> Expression {
    (1..depth).fold(Expression::Bool(true), |inner, _| Expression::call(Op::Not, [inner]))
}

#[test]
fn depth_is_refused_before_the_stack_is() {
    let facts = Vocabulary::new();
    assert!(infer(&nested(MAX_DEPTH), &facts).is_ok());
    let problems = infer(&nested(MAX_DEPTH + 1), &facts).unwrap_err().into_vec();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].code, EXPRESSION_TOO_DEEP);
    assert_eq!(problems[0].path, "/args/0".repeat(MAX_DEPTH));
    // Compiling never goes down there; the rest of the tree is left to its owner.
    let abyss = nested(200_000);
    assert_eq!(infer(&abyss, &facts).unwrap_err().as_slice(), problems);
    std::mem::forget(abyss);
}

#[test]
fn size_is_refused_once_and_for_the_whole() {
    let facts = Vocabulary::new();
    let wide = |nodes| Expression::call(Op::And, vec![Expression::Bool(true); nodes - 1]);
    assert!(infer(&wide(MAX_NODES), &facts).is_ok());
    let problems = infer(&wide(MAX_NODES * 20), &facts).unwrap_err().into_vec();
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].code.clone(), problems[0].path.as_str()), (EXPRESSION_TOO_LARGE, ""));
    let wrong = Expression::call(Op::And, vec![Expression::Integer(1); MAX_NODES * 2]);
    let problems = infer(&wrong, &facts).unwrap_err();
    assert_eq!(problems.first().unwrap().code, EXPRESSION_TOO_LARGE);
    assert!(problems.as_slice().len() <= 101);
}

#[test]
fn what_is_expected_is_checked_as_far_as_it_is_known() {
    let facts = vocabulary();
    let compiled = |text: &str, of| {
        compile(&read(text), &facts, of)
            .map_err(|all| all.first().map(|problem| problem.code.clone()).unwrap())
    };
    let (euros, dollars) = ("EUR".parse().ok(), "USD".parse().ok());
    let money = |currency| FactType::Money { currency };
    assert!(compiled(r#"{"fact": "count"}"#, FactType::Decimal {}).is_ok());
    assert_eq!(compiled(r#"{"decimal": "1"}"#, FactType::Integer {}).unwrap_err(), EXPRESSION_TYPE);
    assert!(compiled(r#"{"fact": "total"}"#, money(euros)).is_ok());
    assert_eq!(
        compiled(r#"{"fact": "total"}"#, money(dollars)).unwrap_err().as_str(),
        "currency_mismatch"
    );
    assert!(compiled(r#"{"fact": "tags"}"#, FactType::List { of: ItemType::String }).is_ok());
    assert!(compiled(r#"{"list": []}"#, FactType::List { of: ItemType::String }).is_ok());
    assert!(compiled(r#"{"fact": "tags"}"#, FactType::List { of: ItemType::Date }).is_err());

    let price = compiled(r#"{"fact": "price"}"#, money(euros)).unwrap();
    let mut values = FactValues::new(&facts);
    let yen = FactValue::amount(crate::kernel::exact::Exact::ONE, "JPY".parse().unwrap());
    values.set("price", yen).unwrap();
    assert_eq!(price.money(&values).unwrap_err().code.as_str(), "currency_mismatch");
    assert_eq!(price.test(&values).unwrap_err().code, EXPRESSION_TYPE);
    let any = infer(&read(r#"{"fact": "price"}"#), &facts).unwrap();
    assert_eq!(any.test(&values).unwrap_err().code, EXPRESSION_TYPE);
    assert_eq!(any.number(&values).unwrap_err().code, EXPRESSION_TYPE);
}

#[test]
fn only_facts_that_matter_are_missing() {
    let facts = vocabulary();
    let text = r#"{"op": "or", "args": [
        {"op": "and", "args": [{"bool": false}, {"fact": "new"}]},
        {"op": "and", "args": [
            {"op": "gt", "args": [{"op": "add", "args": [{"fact": "count"}, {"fact": "count"}]}, {"integer": 1}]},
            {"op": "if", "args": [{"op": "exists", "args": [{"fact": "price"}]},
                {"op": "exists", "args": [{"fact": "at"}]},
                {"op": "in", "args": [{"fact": "channel"}, {"list": [{"string": "a"}, {"string": "b"}]}]}]}
        ]}
    ]}"#;
    let program = compile(&read(text), &facts, FactType::Bool {}).unwrap();
    let slots: Vec<usize> = program.reads().iter().map(|id| id.slot()).collect();
    assert_eq!(slots, [0, 1, 2, 4, 5]);

    let mut values = FactValues::new(&facts);
    let verdict = program.condition(&values).unwrap();
    assert_eq!(verdict.missing, ["count".into(), "channel".into()]);
    assert!(!verdict.holds);
    values.set("channel", FactValue::String("c".to_owned())).unwrap();
    let verdict = program.condition(&values).unwrap();
    assert_eq!(verdict, Verdict { holds: false, missing: Vec::new() });
    values.set("channel", FactValue::String("b".to_owned())).unwrap();
    values.set("count", FactValue::Integer(1)).unwrap();
    assert!(program.condition(&values).unwrap().holds);
    assert!(program.missing(&values).is_empty());
}

/// A source that lends whatever it has, whatever was declared.
struct Loose(Option<FactValue>);

impl FactSource for Loose {
    fn fact(&self, _: FactId) -> Option<ValueRef<'_>> {
        self.0.as_ref().map(FactValue::lend)
    }
}

#[test]
fn a_source_is_held_to_the_declarations() {
    let facts = vocabulary();
    let code = |text: &str, value: &str| {
        let lent = Loose(Some(serde_json::from_str(value).unwrap()));
        let problem = infer(&read(text), &facts).unwrap().evaluate(&lent).unwrap_err();
        format!("{} {}", problem.code, problem.path)
    };
    assert_eq!(code(r#"{"fact": "count"}"#, r#"{"decimal": "1.5"}"#), "fact_type_mismatch ");
    assert_eq!(code(r#"{"op":"not","args":[{"fact":"new"}]}"#, r#"{"integer":1}"#), {
        "fact_type_mismatch /args/0"
    });
    assert_eq!(
        code(r#"{"fact": "total"}"#, r#"{"money": {"amount": "1", "currency": "USD"}}"#),
        "currency_mismatch "
    );
    let tagged = r#"{"op": "contains", "args": [{"fact": "tags"}, {"string": "a"}]}"#;
    assert_eq!(code(tagged, r#"{"list": [{"integer": 1}]}"#), "fact_type_mismatch ");
}

#[test]
fn a_trace_costs_the_answer_nothing() {
    let facts = vocabulary();
    let text = r#"{"op": "or", "args": [
        {"op": "gte", "args": [{"fact": "total"}, {"money": {"amount": "100", "currency": "EUR"}}]},
        {"fact": "new"}]}"#;
    let program = compile(&read(text), &facts, FactType::Bool {}).unwrap();
    let mut values = FactValues::new(&facts);
    let euros = FactValue::amount("80".parse().unwrap(), "EUR".parse().unwrap());
    values.set("total", euros).unwrap();
    let mut steps = Vec::new();
    let traced = program.evaluate_traced(&values, &mut steps).unwrap();
    assert_eq!(traced, program.evaluate_traced(&values, &mut NoSteps).unwrap());
    assert_eq!(traced, Outcome::Unknown(vec!["new".into()]));
    let lines: Vec<String> = steps
        .iter()
        .map(|step| {
            let value = step.value.as_deref().unwrap_or("unknown");
            format!("{} {} {value}", step.path, step.node)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "/args/0/args/0 fact 80.00 EUR",
            "/args/0/args/1 money 100.00 EUR",
            "/args/0 gte false",
            "/args/1 fact unknown",
            " or unknown",
        ]
    );
}
