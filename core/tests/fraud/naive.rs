//! The oracle: every subject beside every record, on plain JSON.

use std::collections::BTreeSet;

use serde_json::Value;

/// A finding: kind, id, check, code, action, and what it rests on.
pub(crate) type Told = (String, String, String, String, String, String);

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The findings of an answer.
pub(crate) fn of_findings(kind: &Value, id: &Value, findings: &Value) -> Vec<Told> {
    let findings = findings.as_array().unwrap().iter();
    let told = findings.map(|finding| {
        let word = |key: &str| text(&finding[key]);
        let rests_on = basis(&finding["evidence"]);
        (text(kind), text(id), word("check"), word("code"), word("action"), rests_on)
    });
    told.collect()
}

fn basis(evidence: &Value) -> String {
    let word = |key: &str| text(&evidence[key]);
    match evidence["type"].as_str().unwrap() {
        "shared" | "frequent" => format!("{} x{}", word("value"), evidence["count"]),
        "matched" => format!("{} of {}", word("value"), word("partner")),
        "differs" => format!("{} not {}", word("value"), word("other")),
        "elapsed" => format!("{} us", evidence["elapsed_us"]),
        "listed" => word("value"),
        "proportion" => format!("{} of {}", evidence["conversions"], evidence["clicks"]),
        _ => "unknown".to_owned(),
    }
}

struct Oracle<'a> {
    history: &'a Value,
    check: &'a Value,
    told: Vec<Told>,
}

/// Everything that the checks of a policy find.
pub(crate) fn judge(policy: &Value, history: &Value) -> Vec<Told> {
    let mut told = Vec::new();
    for check in policy["checks"].as_array().unwrap() {
        let mut oracle = Oracle { history, check, told: Vec::new() };
        oracle.all();
        told.extend(oracle.told);
    }
    told
}

/// A length that is written in seconds, as microseconds.
fn seconds(span: &Value) -> i64 {
    let text = text(span);
    1_000_000 * text.trim_start_matches("PT").trim_end_matches('S').parse::<i64>().unwrap()
}

fn micros(at: &Value) -> i64 {
    text(at).parse::<guerdon::kernel::calendar::Instant>().unwrap().micros()
}

impl Oracle<'_> {
    fn rows(&self, list: &str) -> Vec<Value> {
        self.history[list].as_array().unwrap().clone()
    }

    fn say(&mut self, kind: &str, row: &Value, code: &str, basis: Option<String>) {
        let owner = if kind == "partner" { &row["id"] } else { &row["partner"] };
        if self.check["except"].as_array().unwrap().contains(owner) {
            return;
        }
        let action = text(&self.check[if basis.is_some() { "action" } else { "unknown" }]);
        if basis.is_none() && action == "pass" {
            return;
        }
        let basis = basis.unwrap_or_else(|| "unknown".to_owned());
        let check = text(&self.check["id"]);
        self.told.push((kind.to_owned(), text(&row["id"]), check, code.to_owned(), action, basis));
    }

    fn all(&mut self) {
        let test = self.check["check"].clone();
        match test["type"].as_str().unwrap() {
            "duplicate" => self.duplicate(&test),
            "self_referral" => self.self_referral(&test),
            "velocity" => self.velocity(&test),
            "click_to_conversion" => self.elapsed(&test),
            "shared_payout_method" => self.methods(&test),
            "banned" => self.banned(&test),
            "country_mismatch" => self.mismatch(),
            "conversion_rate" => self.rate(&test),
            _ => self.banned_partners(),
        }
    }

    fn duplicate(&mut self, test: &Value) {
        let key = text(&test["of"]);
        let code = format!("duplicate_{key}");
        if test["among"] == "partners" {
            let rows = self.rows("partners");
            for row in &rows {
                let Some(value) = row.get(&key) else {
                    self.say("partner", row, &code, None);
                    continue;
                };
                let count = rows.iter().filter(|other| other.get(&key) == Some(value)).count();
                if count > most(test) {
                    self.say("partner", row, &code, Some(format!("{} x{count}", text(value))));
                }
            }
            return;
        }
        let rows = self.rows("conversions");
        for row in &rows {
            let Some(value) = row.get(&key) else {
                self.say("conversion", row, &code, None);
                continue;
            };
            let mut users = BTreeSet::new();
            for other in rows.iter().filter(|other| other.get(&key) == Some(value)) {
                let age = micros(&row["at"]) - micros(&other["at"]);
                let near = test.get("window").is_none_or(|window| age < seconds(window));
                if age >= 0 && near {
                    let itself = format!("itself {}", text(&other["id"]));
                    users.insert(other.get("customer").map_or(itself, text));
                }
            }
            if users.len() > most(test) {
                let basis = format!("{} x{}", text(value), users.len());
                self.say("conversion", row, &code, Some(basis));
            }
        }
    }

    fn velocity(&mut self, test: &Value) {
        let (list, kind) = match test["of"].as_str().unwrap() {
            "clicks" => ("clicks", "click"),
            _ => ("conversions", "conversion"),
        };
        let (key, code) = (text(&test["per"]), format!("{kind}_velocity"));
        let rows = self.rows(list);
        for row in &rows {
            let Some(value) = row.get(&key) else {
                self.say(kind, row, &code, None);
                continue;
            };
            let near = |other: &&Value| {
                let age = micros(&row["at"]) - micros(&other["at"]);
                other.get(&key) == Some(value) && age >= 0 && age < seconds(&test["window"])
            };
            let count = rows.iter().filter(near).count();
            if count > most(test) {
                self.say(kind, row, &code, Some(format!("{} x{count}", text(value))));
            }
        }
    }

    fn partner(&self, row: &Value) -> Option<Value> {
        self.rows("partners").into_iter().find(|one| one["id"] == row["partner"])
    }

    fn click(&self, row: &Value) -> Option<Value> {
        let id = row.get("click")?;
        self.rows("clicks").into_iter().find(|one| one["id"] == *id)
    }

    fn self_referral(&mut self, test: &Value) {
        let by = text(&test["by"]);
        let code = format!("self_referral_{by}");
        for row in self.rows("conversions") {
            let matched = match self.partner(&row) {
                None => None,
                Some(partner) if by == "domain" => own_domain(&row, &partner),
                Some(partner) => match (row.get(&by), partner.get(&by)) {
                    (Some(one), Some(other)) => Some((one == other).then(|| text(one))),
                    _ => None,
                },
            };
            match matched {
                None => self.say("conversion", &row, &code, None),
                Some(None) => {}
                Some(Some(value)) => {
                    let basis = format!("{value} of {}", text(&row["partner"]));
                    self.say("conversion", &row, &code, Some(basis));
                }
            }
        }
    }

    fn elapsed(&mut self, test: &Value) {
        for row in self.rows("conversions") {
            let clicked = self.click(&row).map(|click| click["at"].clone());
            let clicked = clicked.or_else(|| row.get("clicked_at").cloned());
            let Some(clicked) = clicked else {
                self.say("conversion", &row, "click_to_conversion_too_short", None);
                continue;
            };
            let elapsed = micros(&row["at"]) - micros(&clicked);
            let basis = Some(format!("{elapsed} us"));
            if elapsed < seconds(&test["min"]) {
                self.say("conversion", &row, "click_to_conversion_too_short", basis);
            } else if elapsed > seconds(&test["max"]) {
                self.say("conversion", &row, "click_to_conversion_too_long", basis);
            }
        }
    }

    fn methods(&mut self, test: &Value) {
        let mut uses: BTreeSet<(String, String)> = BTreeSet::new();
        for one in self.rows("partners") {
            for method in one["payout_methods"].as_array().unwrap() {
                uses.insert((text(method), text(&one["id"])));
            }
        }
        for one in self.rows("payouts") {
            uses.extend(one.get("method").map(|method| (text(method), text(&one["partner"]))));
        }
        let crowd = |method: &str| {
            let count = uses.iter().filter(|(used, _)| used == method).count();
            (count > most(test)).then(|| format!("{method} x{count}"))
        };
        for one in self.rows("partners") {
            let methods: BTreeSet<String> =
                one["payout_methods"].as_array().unwrap().iter().map(text).collect();
            for basis in methods.iter().filter_map(|method| crowd(method)) {
                self.say("partner", &one, "shared_payout_method", Some(basis));
            }
        }
        for one in self.rows("payouts") {
            match one.get("method") {
                None => self.say("payout", &one, "shared_payout_method", None),
                Some(method) => {
                    if let Some(basis) = crowd(&text(method)) {
                        self.say("payout", &one, "shared_payout_method", Some(basis));
                    }
                }
            }
        }
    }

    fn banned(&mut self, test: &Value) {
        let key = text(&test["of"]);
        let code = format!("banned_{key}");
        for (kind, list) in
            [("partner", "partners"), ("click", "clicks"), ("conversion", "conversions")]
        {
            for row in self.rows(list) {
                match row.get(&key).map(text) {
                    None => self.say(kind, &row, &code, None),
                    Some(value) => {
                        if ["FR", "192.0.2.1", "d2"].contains(&value.as_str()) {
                            self.say(kind, &row, &code, Some(value));
                        }
                    }
                }
            }
        }
    }

    fn mismatch(&mut self) {
        for row in self.rows("conversions") {
            let other = self.click(&row).and_then(|click| click.get("country").cloned());
            match (row.get("country"), other) {
                (Some(one), Some(other)) => {
                    if *one != other {
                        let basis = format!("{} not {}", text(one), text(&other));
                        self.say("conversion", &row, "country_mismatch", Some(basis));
                    }
                }
                _ => self.say("conversion", &row, "country_mismatch", None),
            }
        }
    }

    fn rate(&mut self, test: &Value) {
        let tenths: u64 = text(&test["most"]["ratio"]).trim_end_matches("/10").parse().unwrap();
        for one in self.rows("partners") {
            let count = |list: &str| {
                let rows = self.rows(list).into_iter();
                u64::try_from(rows.filter(|row| row["partner"] == one["id"]).count()).unwrap()
            };
            let (clicks, conversions) = (count("clicks"), count("conversions"));
            let least = test["least_conversions"].as_u64().unwrap();
            if conversions >= least && 10 * conversions > tenths * clicks {
                let basis = format!("{conversions} of {clicks}");
                self.say("partner", &one, "conversion_rate", Some(basis));
            }
        }
    }

    fn banned_partners(&mut self) {
        let rows = self.rows("partners");
        for one in rows.iter().filter(|one| one["banned"] == false) {
            if traits(one).is_empty() {
                self.say("partner", one, "banned_partner_match", None);
            }
            for (fact, value) in traits(one) {
                let other = rows.iter().find(|other| {
                    other["banned"] == true
                        && traits(other).contains(&(fact.clone(), value.clone()))
                });
                if let Some(other) = other {
                    let basis = format!("{value} of {}", text(&other["id"]));
                    self.say("partner", one, "banned_partner_match", Some(basis));
                }
            }
        }
    }
}

fn most(test: &Value) -> usize {
    usize::try_from(test["most"].as_u64().unwrap()).unwrap()
}

fn traits(partner: &Value) -> BTreeSet<(String, String)> {
    let single = ["email", "device"].into_iter();
    let mut found: BTreeSet<(String, String)> =
        single.filter_map(|key| Some((key.to_owned(), text(partner.get(key)?)))).collect();
    for method in partner["payout_methods"].as_array().unwrap() {
        found.insert(("method".to_owned(), text(method)));
    }
    found
}

/// The shared domain, nothing, or that something is not known.
fn own_domain(row: &Value, partner: &Value) -> Option<Option<String>> {
    let domain = |value: &Value| text(value).split('@').nth(1).unwrap().to_owned();
    let theirs = row.get("email").map(domain)?;
    if theirs == "gmail.com" {
        return Some(None);
    }
    let mut own: Vec<String> = partner["domains"].as_array().unwrap().iter().map(text).collect();
    let of_email = partner.get("email").map(domain);
    if own.is_empty() && of_email.is_none() {
        return None;
    }
    own.extend(of_email.filter(|domain| domain != "gmail.com"));
    let below = |one: &str, other: &str| one == other || one.ends_with(&format!(".{other}"));
    let shared = own.iter().any(|own| below(&theirs, own) || below(own, &theirs));
    Some(shared.then_some(theirs))
}
