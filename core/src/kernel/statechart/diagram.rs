//! Charts drawn: as a Mermaid state diagram and as a DOT graph, with where an instance stands.

use std::fmt::Write;

use super::chart::{Arc, Chart, Kind, ROOT, Trigger};
use super::snapshot::Snapshot;
use crate::kernel::id::Id;

/// A [Mermaid](https://mermaid.js.org/syntax/stateDiagram.html) state diagram. Active states are
/// marked, and history states say what they remember.
#[must_use]
pub fn mermaid(chart: &Chart, snapshot: Option<&Snapshot>) -> String {
    let mut drawing = Drawing { chart, snapshot, text: "stateDiagram-v2\n".to_owned() };
    drawing.mermaid_inside(ROOT, 1);
    for arc in &chart.arcs {
        drawing.mermaid_arc(arc);
    }
    if let Some(snapshot) = snapshot {
        let leaves =
            snapshot.active.iter().filter(|one| !chart.node(one.state).kind.has_children());
        let names: Vec<String> = leaves.map(|one| format!("s{}", one.state)).collect();
        drawing.line(1, "classDef active fill:#1f6feb,color:#fff,stroke:#0b3d91");
        drawing.line(1, &format!("class {} active", names.join(",")));
    }
    drawing.text
}

/// A graph in [DOT](https://graphviz.org/doc/info/lang.html). Active states are filled, and
/// history states say what they remember.
#[must_use]
pub fn dot(chart: &Chart, snapshot: Option<&Snapshot>) -> String {
    let mut drawing = Drawing { chart, snapshot, text: "digraph chart {\n".to_owned() };
    drawing.line(1, "compound=true; node [shape=box, style=rounded]; start [shape=point];");
    drawing.dot_inside(ROOT, 1);
    for target in chart.targets_of(&chart.node(ROOT).initial) {
        let line = format!("start -> {};", drawing.dot_end(*target, "lhead"));
        drawing.line(1, &line);
    }
    for arc in &chart.arcs {
        drawing.dot_arc(arc);
    }
    drawing.text.push_str("}\n");
    drawing.text
}

struct Drawing<'a> {
    chart: &'a Chart,
    snapshot: Option<&'a Snapshot>,
    text: String,
}

impl Drawing<'_> {
    fn line(&mut self, depth: usize, line: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.text, "{}{line}", "  ".repeat(depth));
    }

    /// What a state is called in a drawing.
    fn label(&self, state: usize) -> String {
        let node = self.chart.node(state);
        let memory = self.snapshot.and_then(|snapshot| snapshot.memory(state));
        let star = match node.kind {
            Kind::Shallow => "H",
            Kind::Deep => "H*",
            _ => return clean(&node.id),
        };
        match memory {
            Some(kept) => {
                let kept: Vec<String> =
                    kept.iter().map(|state| clean(&self.chart.node(*state).id)).collect();
                format!("{star} {} ({})", clean(&node.id), kept.join(", "))
            }
            None => format!("{star} {}", clean(&node.id)),
        }
    }

    fn mermaid_inside(&mut self, outer: usize, depth: usize) {
        let chart = self.chart;
        let is_parallel = chart.node(outer).kind == Kind::Parallel;
        for target in chart.targets_of(&chart.node(outer).initial) {
            self.line(depth, &format!("[*] --> s{target}"));
        }
        for (position, child) in chart.children(outer).enumerate() {
            if is_parallel && position > 0 {
                self.line(depth, "--");
            }
            let label = self.label(child);
            self.line(depth, &format!("state \"{label}\" as s{child}"));
            let node = chart.node(child);
            if node.kind.has_children() {
                self.line(depth, &format!("state s{child} {{"));
                self.mermaid_inside(child, depth + 1);
                self.line(depth, "}");
            } else if node.kind == Kind::Final {
                self.line(depth, &format!("s{child} --> [*]"));
            }
        }
    }

    /// Mermaid has no arrow from the whole diagram; what the root does is drawn from where
    /// everything begins.
    fn mermaid_arc(&mut self, arc: &Arc) {
        let label = self.trigger(arc);
        let source = if arc.source == ROOT { "[*]".to_owned() } else { format!("s{}", arc.source) };
        let targets = self.chart.targets_of(&arc.targets);
        for target in targets {
            self.line(1, &format!("{source} --> s{target}: {label}"));
        }
        if targets.is_empty() && arc.source != ROOT {
            self.line(1, &format!("{source} --> {source}: {label}"));
        }
    }

    fn dot_inside(&mut self, outer: usize, depth: usize) {
        let chart = self.chart;
        for child in chart.children(outer) {
            let node = chart.node(child);
            let label = self.label(child);
            let is_active = self.snapshot.is_some_and(|snapshot| snapshot.is_in(child));
            if node.kind.has_children() {
                self.line(depth, &format!("subgraph cluster_s{child} {{"));
                let style = match (node.kind, is_active) {
                    (Kind::Parallel, _) => "dashed",
                    (_, true) => "bold",
                    _ => "solid",
                };
                self.line(depth + 1, &format!("label=\"{label}\"; style={style};"));
                self.dot_inside(child, depth + 1);
                self.line(depth, "}");
                continue;
            }
            let shape = match node.kind {
                Kind::Final => "doublecircle",
                Kind::Shallow | Kind::Deep => "circle",
                _ => "box",
            };
            let fill =
                if is_active { ", style=\"rounded,filled\", fillcolor=lightblue" } else { "" };
            self.line(depth, &format!("s{child} [label=\"{label}\", shape={shape}{fill}];"));
        }
    }

    fn dot_arc(&mut self, arc: &Arc) {
        if arc.source == ROOT && self.chart.targets_of(&arc.targets).is_empty() {
            return;
        }
        let label = self.trigger(arc);
        let (source, tail) = if arc.source == ROOT {
            ("start".to_owned(), String::new())
        } else {
            self.dot_place(arc.source, "ltail")
        };
        let mut targets = self.chart.targets_of(&arc.targets).to_vec();
        if targets.is_empty() {
            targets.push(arc.source);
        }
        for target in targets {
            let (to, head) = self.dot_place(target, "lhead");
            self.line(1, &format!("{source} -> {to} [label=\"{label}\"{tail}{head}];"));
        }
    }

    /// An edge of a cluster ends at a node inside it, and is cut at its border.
    fn dot_place(&self, state: usize, end: &str) -> (String, String) {
        let mut inner = state;
        while self.chart.node(inner).kind.has_children() {
            inner = self.chart.children(inner).next().unwrap_or(inner + 1);
        }
        let cut = if inner == state { String::new() } else { format!(", {end}=cluster_s{state}") };
        (format!("s{inner}"), cut)
    }

    fn dot_end(&self, state: usize, end: &str) -> String {
        let (place, cut) = self.dot_place(state, end);
        match cut.strip_prefix(", ") {
            Some(cut) => format!("{place} [{cut}]"),
            None => place,
        }
    }

    fn trigger(&self, arc: &Arc) -> String {
        let chart = self.chart;
        let mut text = match &arc.trigger {
            Trigger::Eventless => String::new(),
            Trigger::After { span, business: false } => format!("after {span}"),
            Trigger::After { span, business: true } => format!("after {span} of business"),
            Trigger::Pattern(prefix) => format!("{}*", words(prefix)),
            Trigger::Event(number) => chart.events.get(*number).map(clean).unwrap_or_default(),
        };
        if arc.guard.is_some() {
            text.push_str(if text.is_empty() { "[when]" } else { " [when]" });
        }
        if text.is_empty() { "always".to_owned() } else { text }
    }
}

fn clean(id: &Id) -> String {
    words(id.as_str())
}

/// A text without what either notation would read as its own.
fn words(text: &str) -> String {
    let plain = |letter: char| match letter {
        '"' | '\\' | ':' | ';' | '#' | '{' | '}' | '<' | '>' | '[' | ']' => '_',
        other if other.is_control() => ' ',
        other => other,
    };
    text.chars().map(plain).collect()
}
