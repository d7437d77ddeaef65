//! Which columns of a host's table a plan reads, and as what.
//!
//! | column | read as | |
//! |---|---|---|
//! | `at` | instants | needed |
//! | `partner` | ids: whole numbers or words | needed |
//! | `amount_minor`, or `amount` | minor units, or decimals that are whole minor units | needed |
//! | `net_minor`, or `net` | the same | the amount, if it is not there |
//! | `quantity` | whole numbers | 1, if it is not there |
//! | `kind` | words: `sale`, `renewal`, ... | `sale`, if it is not there |
//! | `customer` | ids | needed if a cap or a condition asks for the customer |
//! | `refund_of` | the number of an earlier row, counted from 0; null or -1 | no refunds, if it is not there |
//! | `item.category`, `customer.country`, the host's own facts, ... | by the fact's type; money as `amount` is | needed if a condition reads it |
//!
//! A fact that no row knows is a column of nulls; that it is not there at all is refused, because
//! a misspelt name would make every condition on it unknown and pay something else. Columns that
//! the plan does not read are left alone, whatever their type.

use crate::columns::{COLUMN_AMBIGUOUS, Column, Ids, Table, Wanted, Words, mismatch};
use crate::kernel::expression::FactType;
use crate::kernel::money::Currency;
use crate::kernel::problem::Problem;

use super::compile::{Key, Plan};
use super::facts::BuiltIn;
use super::plan::{Base, Measure, Pay};
use super::run::EventColumns;

/// The columns that a plan reads, lent by their table or made for the occasion.
#[derive(Debug)]
pub struct EventTable<'a> {
    at: Named<'a>,
    partner: Named<'a>,
    amount: Named<'a>,
    net: Option<Named<'a>>,
    quantity: Option<Named<'a>>,
    kind: Option<Named<'a>>,
    customer: Option<Named<'a>>,
    refund_of: Option<Named<'a>>,
    facts: Vec<(String, Named<'a>)>,
}

/// A column and what it is called in the table.
#[derive(Debug)]
struct Named<'a> {
    name: String,
    column: Column<'a>,
}

impl Plan {
    /// Reads what the plan needs of a table.
    ///
    /// # Errors
    /// `column_missing`, `column_ambiguous`, `column_type_mismatch`, or what is wrong with a
    /// value; each at its column, and at its row if it has one.
    pub fn read_table<'a>(&self, table: &'a dyn Table) -> Result<EventTable<'a>, Problem> {
        let reader = Reader { table };
        let currency = self.document.currency;
        let customer = if self.wants_customers() {
            Some(reader.needed("customer", Wanted::Ids, "the plan asks who bought")?)
        } else {
            None
        };
        Ok(EventTable {
            at: reader.needed("at", Wanted::Instants, "when each row happened")?,
            partner: reader.needed("partner", Wanted::Ids, "who earns")?,
            amount: reader.money("amount", currency)?.ok_or_else(|| {
                let what = "what was paid, in minor units; or `amount`, in decimals";
                table.missing("amount_minor", what)
            })?,
            net: if self.wants_net() { reader.money("net", currency)? } else { None },
            quantity: if self.wants_quantities() {
                reader.column("quantity", Wanted::Integers)?
            } else {
                None
            },
            kind: reader.column("kind", Wanted::Words)?,
            customer,
            refund_of: reader.column("refund_of", Wanted::Integers)?.map(|mut named| {
                named.column.fill(NO_ROW);
                named
            }),
            facts: self.fact_columns(&reader)?,
        })
    }

    /// The columns of the facts that conditions read and that no other column tells.
    fn fact_columns<'a>(&self, reader: &Reader<'a>) -> Result<Vec<(String, Named<'a>)>, Problem> {
        let mut columns = Vec::new();
        for name in self.describe().reads {
            let fact = self.vocabulary.find(&name)?;
            let own = BuiltIn::of(fact).is_none_or(has_own_column);
            let Some(of) = self.vocabulary.type_of(fact).filter(|_| own) else { continue };
            let what = "a condition reads it; a column of nulls will do";
            let column = match wanted(of, self.document.currency) {
                None => {
                    let problem = mismatch("single values", "a fact that is a list or a duration");
                    return Err(problem.under(&name));
                }
                Some(Wanted::Amounts(currency)) => reader
                    .money(&name, currency)?
                    .ok_or_else(|| reader.table.missing(&name, what))?,
                Some(wanted) => reader.needed(&name, wanted, what)?,
            };
            columns.push((name, column));
        }
        Ok(columns)
    }

    fn reads(&self, fact: BuiltIn) -> bool {
        let programs = self.conditions.iter().chain(&self.values);
        let mut read = programs.flat_map(|program| program.reads());
        read.any(|id| BuiltIn::of(*id) == Some(fact))
    }

    fn wants_customers(&self) -> bool {
        self.reads(BuiltIn::Customer) || self.meters.iter().any(|meter| meter.key == Key::Customer)
    }

    fn wants_net(&self) -> bool {
        self.document.base == Base::Net || self.reads(BuiltIn::Net)
    }

    fn wants_quantities(&self) -> bool {
        let schedules = self.document.schedules.values().map(|tiered| tiered.measure);
        let ladder = self.document.ladder.as_ref().map(|ladder| ladder.measure);
        let mut rules = self.document.rules();
        self.reads(BuiltIn::Quantity)
            || schedules.chain(ladder).any(|measure| measure == Measure::Quantity)
            || rules.any(|rule| rule.pays().any(|pay| matches!(pay, Pay::PerUnit { .. })))
    }
}

/// What `refund_of` has where nothing is refunded.
const NO_ROW: i64 = -1;

/// Whether a built-in fact is told by a column of its name; the others follow from the columns
/// that every table has.
const fn has_own_column(fact: BuiltIn) -> bool {
    matches!(fact, BuiltIn::Country | BuiltIn::NewCustomer | BuiltIn::Product | BuiltIn::Category)
}

/// What to read a fact's column as; lists and durations have no column.
const fn wanted(of: FactType, plans: Currency) -> Option<Wanted> {
    Some(match of {
        FactType::Bool {} => Wanted::Booleans,
        FactType::Integer {} => Wanted::Integers,
        FactType::Decimal {} => Wanted::Decimals,
        FactType::Money { currency: Some(currency) } => Wanted::Amounts(currency),
        FactType::Money { currency: None } => Wanted::Amounts(plans),
        FactType::String {} => Wanted::Words,
        FactType::Date {} => Wanted::Dates,
        FactType::Instant {} => Wanted::Instants,
        FactType::Duration {} | FactType::List { .. } => return None,
    })
}

impl EventTable<'_> {
    /// The columns, lent.
    ///
    /// # Errors
    /// `column_null` where a value is needed.
    pub fn columns(&self) -> Result<EventColumns<'_>, Problem> {
        let facts = self.facts.iter();
        Ok(EventColumns {
            at: self.at.whole()?,
            partner: self.partner.ids()?,
            amount_minor: self.amount.whole()?,
            net_minor: self.net.as_ref().map(Named::whole).transpose()?,
            quantity: self.quantity.as_ref().map(Named::whole).transpose()?,
            kind: self.kind.as_ref().map(Named::words).transpose()?,
            customer: self.customer.as_ref().map(Named::ids).transpose()?,
            refund_of: self.refund_of.as_ref().map(Named::whole).transpose()?,
            facts: facts.map(|(fact, named)| (fact.as_str(), named.column.facts())).collect(),
        })
    }
}

impl Named<'_> {
    fn whole(&self) -> Result<&[i64], Problem> {
        self.column.whole().map_err(|problem| problem.under(&self.name))
    }

    fn ids(&self) -> Result<Ids<'_>, Problem> {
        self.column.ids().map_err(|problem| problem.under(&self.name))
    }

    fn words(&self) -> Result<Words<'_>, Problem> {
        self.column.words().map_err(|problem| problem.under(&self.name))
    }
}

struct Reader<'a> {
    table: &'a dyn Table,
}

impl<'a> Reader<'a> {
    fn needed(&self, name: &str, wanted: Wanted, what: &str) -> Result<Named<'a>, Problem> {
        self.column(name, wanted)?.ok_or_else(|| self.table.missing(name, what))
    }

    fn column(&self, name: &str, wanted: Wanted) -> Result<Option<Named<'a>>, Problem> {
        let Some(position) = self.table.find(name)? else { return Ok(None) };
        let column = self.table.read(position, wanted).map_err(|problem| problem.under(name))?;
        Ok(Some(Named { name: name.to_owned(), column }))
    }

    /// A column of money: `NAME_minor` in whole minor units, or `NAME` in decimals.
    fn money(&self, name: &str, currency: Currency) -> Result<Option<Named<'a>>, Problem> {
        let minor = format!("{name}_minor");
        if self.table.find(name)?.is_some() && self.table.find(&minor)?.is_some() {
            return Err(Problem::new(
                COLUMN_AMBIGUOUS,
                format!("`{name}` and `{minor}` are both there"),
                "keep the one that is meant",
            )
            .under(name));
        }
        match self.column(&minor, Wanted::Integers)? {
            Some(column) => Ok(Some(column)),
            None => self.column(name, Wanted::Amounts(currency)),
        }
    }
}
