//! Every field of every document does something: some vector notices when it changes.
//!
//! The fields come from the shapes of the operations, so that a new one is asked for by itself.
//! For each field, word and alternative of a document, the vectors that use it are taken, its
//! value is left out or replaced by another of the same shape, and the answer must be another.
//! Hashes and explanations do not count: they repeat the document, whatever it means.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use guerdon::kernel::document::shape::{
    Carrier, Definition, Field, Kind, Presence, Shape, Variant,
};
use guerdon_tests::vectors;
use serde_json::{Map, Value};

/// What adds nothing but a check, so that a change of it can only be refused.
const ONLY_CHECKED: &[(&str, &str)] = &[
    ("AutomationDocument.format", "another format is another document"),
    ("DeliveryPolicyDocument.format", "another format is another document"),
    ("FraudPolicyDocument.format", "another format is another document"),
    ("Group.id", "names a group for its author; ids are unique"),
    (
        "PayoutPolicyDocument.approvals",
        "with fewer it is refused; who approved is not its business",
    ),
    ("PayoutPolicyDocument.format", "another format is another document"),
    ("Measure:custom", "goes with a value, and no other measure does"),
    ("PlanDocument.facts", "declares what conditions may read"),
    ("PlanDocument.format", "another format is another document"),
    ("PriceBookDocument.format", "another format is another document"),
    ("WorkflowDocument.format", "another format is another document"),
    ("WorkflowStatus:paused", "has to go with the moment of the pause"),
    ("QueueDocument.format", "another format is another document"),
    ("ScheduleStep.to", "has to be where the next step starts"),
    ("SnapshotDocument.format", "another format is another document"),
    ("StepKind:workflow", "goes with the field `workflow`, which no other kind has"),
    ("StateDocument.format", "another format is another document"),
    ("StateDocument.plan", "has to be the plan that the state is used with"),
    ("TemplateDocument.format", "another format is another document"),
    ("FactType:date", TYPE),
    ("FactType:decimal", TYPE),
    ("FactType:duration", TYPE),
    ("FactType:instant", TYPE),
    ("FactType:list", TYPE),
    ("FactType:list.of", TYPE),
    ("FactType:money", TYPE),
    ("FactType:money.currency", TYPE),
    ("ItemType:bool", TYPE),
    ("ItemType:date", TYPE),
    ("ItemType:decimal", TYPE),
    ("ItemType:duration", TYPE),
    ("ItemType:instant", TYPE),
    ("ItemType:integer", TYPE),
    ("ItemType:money", TYPE),
    ("ItemType:string", TYPE),
    ("Op:contains", "no other op takes a list and an item"),
    ("Op:in", "no other op takes an item and a list"),
];
const TYPE: &str = "a type is a promise, checked against the expression and the value";

/// What only an explanation repeats.
const ONLY_EXPLAINED: &[(&str, &str)] =
    &[("Multiplier.id", "no line names its multipliers; the steps do")];

/// How many uses of a field are tried before all the others, and how many values for each.
const MOST_USES: usize = 60;
const MOST_VALUES: usize = 30;

/// A place in the input of a vector where a field, a word or an alternative is used.
#[derive(Clone, Debug)]
struct Use {
    vector: usize,
    /// Keys and positions from the root of the input.
    path: Vec<String>,
    shape: &'static Shape,
    /// Whether it may be left out.
    removable: bool,
}

/// What the vectors use, and with which values.
#[derive(Default)]
struct Usage {
    uses: BTreeMap<String, Vec<Use>>,
    /// Values by field.
    of_field: BTreeMap<String, BTreeSet<String>>,
    /// Values by shape, and by vector and shape.
    of_shape: BTreeMap<String, BTreeSet<String>>,
    of_vector: BTreeMap<(usize, String), BTreeSet<String>>,
}

/// How strongly a change is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Noticed {
    No,
    Refused,
    Explained,
    Answered,
}

/// A vector that has an answer.
struct Case {
    op: String,
    input: Value,
    answer: Value,
    explanation: Value,
}

#[test]
fn every_field_is_noticed_by_a_vector() {
    let cases = cases();
    let usage = usage(&cases);
    let mut wanted = BTreeSet::new();
    for operation in guerdon::OPERATIONS {
        want(&operation.input, false, &mut wanted, &mut BTreeSet::new());
    }
    assert!(wanted.len() > 150, "only {} fields are reached", wanted.len());
    let verdicts = verdicts(&wanted, &usage, &cases);
    let wrong: Vec<String> = verdicts
        .iter()
        .filter_map(|(item, noticed)| {
            let uses = usage.uses.get(item).map_or(0, Vec::len);
            let name = item.as_str();
            let expected = match () {
                () if ONLY_CHECKED.iter().any(|(item, _)| *item == name) => Noticed::Refused,
                () if ONLY_EXPLAINED.iter().any(|(item, _)| *item == name) => Noticed::Explained,
                () => Noticed::Answered,
            };
            (*noticed != expected).then(|| format!("{item}: {noticed:?} in {uses} uses"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), wanted.len(), wrong.join("\n"));
}

fn cases() -> Vec<Case> {
    let all = vectors().unwrap().into_iter();
    all.filter_map(|(_, vector)| {
        let explanation = without(vector.expect?, "hash");
        let answer = without(explanation.clone(), "steps");
        Some(Case { op: vector.op, input: vector.input, answer, explanation })
    })
    .collect()
}

/// An answer without what repeats the document.
fn without(mut answer: Value, key: &str) -> Value {
    fn strip(value: &mut Value, key: &str) {
        match value {
            Value::Object(map) => {
                map.remove(key);
                map.values_mut().for_each(|value| strip(value, key));
            }
            Value::Array(list) => list.iter_mut().for_each(|value| strip(value, key)),
            _ => {}
        }
    }
    strip(&mut answer, key);
    answer
}

/// Everything that documents are made of, by name.
fn want(
    shape: &'static Shape,
    inside: bool,
    wanted: &mut BTreeSet<String>,
    seen: &mut BTreeSet<(&'static str, bool)>,
) {
    let definition = match shape {
        Shape::List(item) | Shape::Map(_, item) => return want(item, inside, wanted, seen),
        Shape::Named(definition) | Shape::Document(definition) => definition(),
        _ => return,
    };
    let inside = inside || definition.carrier == Carrier::Document;
    if matches!(definition.carrier, Carrier::Native(_)) || !seen.insert((definition.name, inside)) {
        return;
    }
    let authored = inside && definition.carrier == Carrier::Document;
    match definition.kind {
        Kind::Record(fields) => {
            for field in fields {
                if authored {
                    wanted.insert(field_name(definition, None, field));
                }
                want(&field.shape, inside, wanted, seen);
            }
        }
        Kind::Words(variants) => {
            if inside {
                wanted.extend(variants.iter().map(|word| variant_name(definition, word)));
            }
        }
        Kind::Tagged(variants) | Kind::OneKey(variants) | Kind::Keyed(variants) => {
            for variant in variants {
                if authored {
                    wanted.insert(variant_name(definition, variant));
                }
                for field in variant.fields {
                    if authored {
                        wanted.insert(field_name(definition, Some(variant), field));
                    }
                    want(&field.shape, inside, wanted, seen);
                }
                if let Some(content) = &variant.content {
                    want(content, inside, wanted, seen);
                }
            }
        }
    }
}

fn field_name(definition: &Definition, variant: Option<&Variant>, field: &Field) -> String {
    match variant {
        Some(variant) => format!("{}:{}.{}", definition.name, variant.name, field.name),
        None => format!("{}.{}", definition.name, field.name),
    }
}

fn variant_name(definition: &Definition, variant: &Variant) -> String {
    format!("{}:{}", definition.name, variant.name)
}

fn shape_name(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "bool".to_owned(),
        Shape::Integer { .. } => "integer".to_owned(),
        Shape::Scalar(scalar) => scalar.name.to_owned(),
        Shape::Format(text) => (*text).to_owned(),
        Shape::List(item) => format!("[{}]", shape_name(item)),
        Shape::Map(_, item) => format!("{{{}}}", shape_name(item)),
        Shape::Named(definition) | Shape::Document(definition) => definition().name.to_owned(),
    }
}

fn usage(cases: &[Case]) -> Usage {
    let mut usage = Usage::default();
    for (vector, case) in cases.iter().enumerate() {
        let operation = guerdon::OPERATIONS.iter().find(|known| known.name == case.op).unwrap();
        Walk { vector, path: Vec::new(), inside: false, usage: &mut usage }
            .value(&case.input, &operation.input);
    }
    usage
}

/// Goes through an input and notes what is used where.
struct Walk<'a> {
    vector: usize,
    path: Vec<String>,
    /// Whether this is part of a document.
    inside: bool,
    usage: &'a mut Usage,
}

impl Walk<'_> {
    fn within(&mut self, key: &str, value: &Value, shape: &'static Shape) {
        self.path.push(key.to_owned());
        self.value(value, shape);
        self.path.pop();
    }

    fn note(&mut self, item: String, value: &Value, shape: &'static Shape, removable: bool) {
        if !self.inside {
            return;
        }
        let place = Use { vector: self.vector, path: self.path.clone(), shape, removable };
        self.usage.of_field.entry(item.clone()).or_default().insert(value.to_string());
        self.usage.uses.entry(item).or_default().push(place);
    }

    fn value(&mut self, value: &Value, shape: &'static Shape) {
        let name = shape_name(shape);
        self.usage.of_shape.entry(name.clone()).or_default().insert(value.to_string());
        self.usage.of_vector.entry((self.vector, name)).or_default().insert(value.to_string());
        match (shape, value) {
            (Shape::List(item), Value::Array(list)) => {
                for (position, value) in list.iter().enumerate() {
                    self.within(&position.to_string(), value, item);
                }
            }
            (Shape::Map(_, item), Value::Object(map)) => {
                for (key, value) in map {
                    self.within(key, value, item);
                }
            }
            (Shape::Named(definition) | Shape::Document(definition), _) => {
                let definition = definition();
                let around = self.inside;
                self.inside |= definition.carrier == Carrier::Document;
                self.definition(definition, value, shape);
                self.inside = around;
            }
            _ => {}
        }
    }

    fn definition(
        &mut self,
        definition: &'static Definition,
        value: &Value,
        shape: &'static Shape,
    ) {
        let chosen = match (&definition.kind, value) {
            (Kind::Record(fields), Value::Object(map)) => {
                return self.fields(definition, None, fields, map);
            }
            (Kind::Words(variants), Value::String(word)) => find(variants, |name| name == word),
            (Kind::Tagged(variants), Value::Object(map)) => {
                find(variants, |name| map.get("type").is_some_and(|tag| tag == name))
            }
            (Kind::OneKey(variants) | Kind::Keyed(variants), Value::Object(map)) => {
                find(variants, |name| map.contains_key(name))
            }
            _ => None,
        };
        let Some(variant) = chosen else { return };
        self.note(variant_name(definition, variant), value, shape, false);
        let Value::Object(map) = value else { return };
        self.fields(definition, Some(variant), variant.fields, map);
        if let (Some(content), Some(value)) = (&variant.content, map.get(variant.name)) {
            self.within(variant.name, value, content);
        }
    }

    fn fields(
        &mut self,
        definition: &'static Definition,
        variant: Option<&'static Variant>,
        fields: &'static [Field],
        map: &Map<String, Value>,
    ) {
        for field in fields {
            let Some(value) = map.get(field.name) else { continue };
            self.path.push(field.name.to_owned());
            let removable = !matches!(field.presence, Presence::Required);
            self.note(field_name(definition, variant, field), value, &field.shape, removable);
            self.path.pop();
            self.within(field.name, value, &field.shape);
        }
    }
}

fn find(variants: &'static [Variant], is: impl Fn(&str) -> bool) -> Option<&'static Variant> {
    variants.iter().find(|variant| is(variant.name))
}

fn verdicts(wanted: &BTreeSet<String>, usage: &Usage, cases: &[Case]) -> BTreeMap<String, Noticed> {
    let items: Vec<&String> = wanted.iter().collect();
    let threads = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                let mine = items.iter().skip(worker).step_by(threads);
                scope.spawn(move || {
                    mine.map(|item| ((*item).clone(), verdict(item, usage, cases)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

fn verdict(item: &str, usage: &Usage, cases: &[Case]) -> Noticed {
    let mut best = Noticed::No;
    let uses = usage.uses.get(item).map_or(&[][..], Vec::as_slice);
    let expected = |(name, _): &&(&str, &str)| *name == item;
    let answers = !ONLY_CHECKED.iter().chain(ONLY_EXPLAINED).any(|one| expected(&one));
    // Most are noticed soon. Where none of those does, one of the others may.
    let others = if answers { uses } else { &[] };
    for place in spread(uses, MOST_USES).chain(others) {
        let Some(case) = cases.get(place.vector) else { continue };
        for input in changed(item, place, &case.input, usage) {
            best = best.max(asked(case, place, &input));
            if best == Noticed::Answered {
                return best;
            }
        }
    }
    best
}

/// What comes of a changed input.
fn asked(case: &Case, place: &Use, input: &Value) -> Noticed {
    match guerdon::call(&case.op, &input.to_string()) {
        Ok(text) => {
            let explanation = without(serde_json::from_str(&text).unwrap(), "hash");
            if explanation == case.explanation {
                Noticed::No
            } else if without(explanation, "steps") == case.answer {
                Noticed::Explained
            } else {
                Noticed::Answered
            }
        }
        Err(problems) => {
            // Any change of a plan makes it another one than the state was kept for.
            let other_plan =
                problems.as_slice().iter().all(|one| one.code.as_str() == "state_mismatch");
            let in_plan = place.path.first().is_some_and(|key| key == "plan");
            if other_plan && in_plan { Noticed::No } else { Noticed::Refused }
        }
    }
}

/// The input with the value left out, and with others in its place.
fn changed(item: &str, place: &Use, input: &Value, usage: &Usage) -> Vec<Value> {
    let Some((last, parents)) = place.path.split_last() else { return Vec::new() };
    let mut inputs = Vec::new();
    let at = |input: &mut Value, change: &dyn Fn(&mut Value)| {
        let mut node = input;
        for key in parents {
            node = child(node, key);
        }
        change(node);
    };
    if place.removable {
        let mut without = input.clone();
        at(&mut without, &|parent| {
            parent.as_object_mut().unwrap().remove(last);
        });
        inputs.push(without);
    }
    let mut copy = input.clone();
    let mut node = &mut copy;
    for key in &place.path {
        node = child(node, key);
    }
    for other in others(item, node, place, usage) {
        let mut with = input.clone();
        at(&mut with, &|parent| *child(parent, last) = other.clone());
        inputs.push(with);
    }
    inputs
}

fn child<'v>(node: &'v mut Value, key: &str) -> &'v mut Value {
    match node {
        Value::Array(list) => list.get_mut(key.parse::<usize>().unwrap()).unwrap(),
        Value::Object(map) => map.get_mut(key).unwrap(),
        _ => unreachable!("a path leads through lists and objects"),
    }
}

/// Other values of the same shape: near ones, those of the same field or the same vector, and any.
fn others(item: &str, value: &Value, place: &Use, usage: &Usage) -> Vec<Value> {
    let mut found = near(value, place.shape);
    let shape = shape_name(place.shape);
    let seen = |values: Option<&BTreeSet<String>>| -> Vec<Value> {
        let values: Vec<&String> = values.into_iter().flatten().collect();
        let read = |text: &&String| serde_json::from_str(text).unwrap();
        spread(&values, MOST_VALUES).map(read).collect()
    };
    found.extend(seen(usage.of_vector.get(&(place.vector, shape.clone()))));
    found.extend(seen(usage.of_field.get(item)));
    found.extend(seen(usage.of_shape.get(&shape)));
    let alternative = !item.contains('.');
    found.retain(|other| other != value && !(alternative && kind(other) == kind(value)));
    found
}

/// Which word or alternative a value is.
fn kind(value: &Value) -> Vec<&str> {
    match value {
        Value::String(word) => vec![word],
        Value::Object(map) => match map.get("type").and_then(Value::as_str) {
            Some(tag) => vec![tag],
            None => map.keys().map(String::as_str).collect(),
        },
        _ => Vec::new(),
    }
}

fn near(value: &Value, shape: &Shape) -> Vec<Value> {
    match (shape, value) {
        (Shape::Bool, Value::Bool(value)) => vec![(!value).into()],
        (Shape::Integer { min, max }, Value::Number(number)) => {
            let number = number.as_i64().unwrap();
            let near = [number - 1, number + 1, number + 100];
            near.into_iter().filter(|near| min <= near && near <= max).map(Value::from).collect()
        }
        (Shape::List(_), Value::Array(list)) => {
            let without = |position: usize| {
                let mut list = list.clone();
                list.remove(position);
                Value::from(list)
            };
            (0..list.len()).map(without).take(MOST_VALUES).collect()
        }
        (Shape::Map(_, _), Value::Object(map)) => {
            let without = |key: &String| {
                let mut map = map.clone();
                map.remove(key);
                Value::from(map)
            };
            map.keys().map(without).take(MOST_VALUES).collect()
        }
        (Shape::Format(_), _) => vec!["guerdon.other/1".into()],
        (Shape::Scalar(scalar), _) => vec![serde_json::from_str(scalar.example).unwrap()],
        (Shape::Named(definition) | Shape::Document(definition), _) => match definition().kind {
            Kind::Words(words) => words.iter().map(|word| word.name.into()).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// At most so many of a list, from all over it.
fn spread<T>(list: &[T], most: usize) -> impl Iterator<Item = &T> {
    list.iter().step_by(list.len().div_ceil(most).max(1))
}
