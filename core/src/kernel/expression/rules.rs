//! What each op takes and gives: the typing rules.

use super::compare::Comparison;
use super::compile::{Checker, Typed, wrong};
use super::fault::other_currency;
use super::node::{Fold, Kind, Logic, Node};
use super::op::Op;
use super::types::{Meeting, Plain, Type};
use super::value::FactValue;
use crate::kernel::calendar::Zone;

type Applied = Option<(Kind, Type)>;

const BOOL: Type = Type::One(Plain::Bool);
const INTEGER: Type = Type::One(Plain::Integer);

impl Checker<'_> {
    /// An op over arguments that are right in number; those that are wrong in themselves have been
    /// reported, and fit.
    pub(super) fn apply(&mut self, op: Op, args: Vec<Typed>) -> Applied {
        match op {
            Op::And => self.junction(op, true, args),
            Op::Or => self.junction(op, false, args),
            Op::Not => {
                self.all(op, &args, "a bool", |of| of == Plain::Bool)?;
                Some((Kind::Logic(Logic::Not(one(args)?)), BOOL))
            }
            Op::Eq => self.comparison(op, Comparison::Eq, args),
            Op::Ne => self.comparison(op, Comparison::Ne, args),
            Op::Lt => self.comparison(op, Comparison::Lt, args),
            Op::Lte => self.comparison(op, Comparison::Lte, args),
            Op::Gt => self.comparison(op, Comparison::Gt, args),
            Op::Gte => self.comparison(op, Comparison::Gte, args),
            Op::In => self.membership(op, args, 0, 1),
            Op::Contains => self.membership(op, args, 1, 0),
            Op::StartsWith => {
                self.all(op, &args, "strings", |of| of == Plain::String)?;
                Some((Kind::Logic(Logic::StartsWith(two(args)?)), BOOL))
            }
            Op::Exists => self.exists(args),
            Op::If => self.branch(args),
            Op::Add => self.fold(op, Fold::Add, args),
            Op::Mul => self.product(args),
            Op::Min => self.fold(op, Fold::Min, args),
            Op::Max => self.fold(op, Fold::Max, args),
            Op::Sub => {
                let of = self.quantities(op, &args)?;
                Some((Kind::Sub(two(args)?), of))
            }
            Op::Div => self.quotient(args),
            Op::Neg => {
                let of = self.quantities(op, &args)?;
                Some((Kind::Neg(one(args)?), of))
            }
            Op::Abs => {
                let of = self.quantities(op, &args)?;
                Some((Kind::Abs(one(args)?), of))
            }
            Op::LocalDate => {
                let (instant, zone) = self.zoned(op, args)?;
                Some((Kind::LocalDate(instant, zone), Type::One(Plain::Date)))
            }
            Op::LocalHour => {
                let (instant, zone) = self.zoned(op, args)?;
                Some((Kind::LocalHour(instant, zone), INTEGER))
            }
            Op::Month => {
                self.all(op, &args, "a date", |of| of == Plain::Date)?;
                Some((Kind::Month(one(args)?), INTEGER))
            }
            Op::Weekday => {
                self.all(op, &args, "a date", |of| of == Plain::Date)?;
                Some((Kind::Weekday(one(args)?), Type::One(Plain::String)))
            }
        }
    }

    fn junction(&mut self, op: Op, neutral: bool, args: Vec<Typed>) -> Applied {
        self.all(op, &args, "bools", |of| of == Plain::Bool)?;
        Some((Kind::Logic(Logic::Junction(neutral, nodes(args))), BOOL))
    }

    fn comparison(&mut self, op: Op, comparison: Comparison, args: Vec<Typed>) -> Applied {
        if matches!(comparison, Comparison::Eq | Comparison::Ne) {
            self.all(op, &args, "two single values", |_| true)?;
        } else {
            self.all(op, &args, "numbers, money, dates, instants or durations", Plain::is_ordered)?;
        }
        self.one_kind(op, &args)?;
        Some((Kind::Logic(Logic::Compare(comparison, two(args)?)), BOOL))
    }

    /// `in` and `contains`: where the value and the list stand among the arguments.
    fn membership(&mut self, op: Op, args: Vec<Typed>, value: usize, list: usize) -> Applied {
        let (value_of, list_of) = (args.get(value)?.of, args.get(list)?.of);
        let plain = match value_of {
            Type::One(plain) => Some(plain),
            Type::Wrong => None,
            Type::List(_) => {
                let problem = wrong(&format!("`{op}` looks for a single value"), value_of);
                self.refuse_at("args", value, problem)
            }
        };
        let items = match list_of {
            Type::List(items) => Some(items),
            Type::Wrong => None,
            Type::One(_) => {
                let problem = wrong(&format!("`{op}` looks in a list"), list_of);
                self.refuse_at("args", list, problem)
            }
        };
        let (plain, items) = plain.zip(items)?;
        match items.map_or(Meeting::One(plain), |item| item.meet(plain)) {
            Meeting::One(_) => {}
            Meeting::Currencies(item, found) => {
                return self.refuse_at("args", value, other_currency(found, item));
            }
            Meeting::Different => {
                let held = items.map_or_else(String::new, |item| format!(", each of it {item}"));
                let message = format!("`{op}` looks for what the list holds{held}");
                return self.refuse_at("args", value, wrong(&message, value_of));
            }
        }
        let mut both = two(args)?;
        if value > list {
            both.reverse();
        }
        Some((Kind::Logic(Logic::In(both)), BOOL))
    }

    fn exists(&mut self, args: Vec<Typed>) -> Applied {
        let arg = args.into_iter().next()?;
        match arg.node.kind {
            Kind::Fact(fact) => Some((Kind::Logic(Logic::Exists(fact)), BOOL)),
            _ if arg.of == Type::Wrong => None,
            _ => self.refuse_at("args", 0, wrong("`exists` asks about a fact", arg.of)),
        }
    }

    fn branch(&mut self, args: Vec<Typed>) -> Applied {
        let [condition, then, otherwise] = <[Typed; 3]>::try_from(args).ok()?;
        let of = match then.of.either(otherwise.of) {
            Meeting::One(of) => Some(of),
            Meeting::Currencies(one, two) => self.refuse_at("args", 2, other_currency(two, one)),
            Meeting::Different => {
                let message = format!("both branches of `if` have one type, here {}", then.of);
                self.refuse_at("args", 2, wrong(&message, otherwise.of))
            }
        };
        if condition.of != BOOL && condition.of != Type::Wrong {
            return self.refuse_at("args", 0, wrong("`if` asks a bool first", condition.of));
        }
        Some((Kind::If(Box::new([condition.node, then.node, otherwise.node])), of?))
    }

    fn fold(&mut self, op: Op, fold: Fold, args: Vec<Typed>) -> Applied {
        let of = match fold {
            Fold::Min | Fold::Max => {
                self.all(op, &args, "numbers, money, dates or instants", |of| {
                    of.is_ordered() && of != Plain::Duration
                })?;
                self.one_kind(op, &args)?
            }
            Fold::Add | Fold::Mul => self.quantities(op, &args)?,
        };
        Some((Kind::Fold(fold, nodes(args)), of))
    }

    /// Numbers, or amounts in one currency.
    fn quantities(&mut self, op: Op, args: &[Typed]) -> Option<Type> {
        self.all(op, args, "numbers or money", is_quantity)?;
        self.one_kind(op, args)
    }

    /// A product has at most one amount among its factors.
    fn product(&mut self, args: Vec<Typed>) -> Applied {
        self.all(Op::Mul, &args, "numbers, and one amount at most", is_quantity)?;
        let mut of = Plain::Integer;
        for (position, arg) in args.iter().enumerate() {
            of = match (of, arg.of) {
                (Plain::Money(_), Type::One(Plain::Money(_))) => {
                    let problem = wrong("`mul` takes one amount at most", arg.of);
                    return self.refuse_at("args", position, problem);
                }
                (money @ Plain::Money(_), _) | (_, Type::One(money @ Plain::Money(_))) => money,
                (Plain::Integer, INTEGER) => Plain::Integer,
                _ => Plain::Decimal,
            };
        }
        Some((Kind::Fold(Fold::Mul, nodes(args)), Type::One(of)))
    }

    fn quotient(&mut self, args: Vec<Typed>) -> Applied {
        self.all(Op::Div, &args, "numbers or money", is_quantity)?;
        let [above, below] = args.as_slice() else { return None };
        let of = match (above.of, below.of) {
            (Type::One(Plain::Money(Some(one))), Type::One(Plain::Money(Some(two))))
                if one != two =>
            {
                return self.refuse_at("args", 1, other_currency(two, one));
            }
            (money @ Type::One(Plain::Money(_)), Type::One(by)) if by.is_number() => money,
            (Type::One(by), Type::One(Plain::Money(_))) if by.is_number() => {
                let problem = wrong("a number is divided by a number", below.of);
                return self.refuse_at("args", 1, problem);
            }
            _ => Type::One(Plain::Decimal),
        };
        Some((Kind::Div(two(args)?), of))
    }

    /// An instant, and a zone that is known before anything runs.
    fn zoned(&mut self, op: Op, args: Vec<Typed>) -> Option<(Box<Node>, Zone)> {
        let [instant, zone] = <[Typed; 2]>::try_from(args).ok()?;
        let zone = match &zone.node.kind {
            Kind::Literal(FactValue::String(name)) => match name.parse::<Zone>() {
                Ok(zone) => Some(zone),
                Err(problem) => self.refuse_at("args", 1, problem.under("string")),
            },
            _ if zone.of == Type::Wrong => None,
            _ => {
                let message = format!("`{op}` takes the zone as a literal string");
                self.refuse_at("args", 1, wrong(&message, zone.of))
            }
        };
        if instant.of != Type::One(Plain::Instant) && instant.of != Type::Wrong {
            return self.refuse_at(
                "args",
                0,
                wrong(&format!("`{op}` takes an instant"), instant.of),
            );
        }
        Some((Box::new(instant.node), zone?))
    }

    /// Reports each argument that is a list or not of a type that will do.
    fn all(
        &mut self,
        op: Op,
        args: &[Typed],
        wanted: &str,
        will_do: fn(Plain) -> bool,
    ) -> Option<()> {
        let mut fine = Some(());
        for (position, arg) in args.iter().enumerate() {
            let fits = match arg.of {
                Type::One(plain) => will_do(plain),
                Type::List(_) => false,
                Type::Wrong => true,
            };
            if !fits {
                let problem = wrong(&format!("`{op}` takes {wanted}"), arg.of);
                fine = self.refuse_at("args", position, problem);
            }
        }
        fine
    }

    /// The one type of all the arguments, each of which is a single value.
    fn one_kind(&mut self, op: Op, args: &[Typed]) -> Option<Type> {
        let mut met: Option<Plain> = None;
        for (position, arg) in args.iter().enumerate() {
            let Type::One(plain) = arg.of else { continue };
            let before = met.unwrap_or(plain);
            met = Some(match before.meet(plain) {
                Meeting::One(plain) => plain,
                Meeting::Currencies(one, two) => {
                    return self.refuse_at("args", position, other_currency(two, one));
                }
                Meeting::Different => {
                    let message = format!("`{op}` takes values of one type, so far {before}");
                    return self.refuse_at("args", position, wrong(&message, arg.of));
                }
            });
        }
        Some(met.map_or(Type::Wrong, Type::One))
    }
}

const fn is_quantity(of: Plain) -> bool {
    of.is_number() || matches!(of, Plain::Money(_))
}

fn one(args: Vec<Typed>) -> Option<Box<Node>> {
    args.into_iter().next().map(|arg| Box::new(arg.node))
}

fn two(args: Vec<Typed>) -> Option<Box<[Node; 2]>> {
    let [left, right] = <[Typed; 2]>::try_from(args).ok()?;
    Some(Box::new([left.node, right.node]))
}

fn nodes(args: Vec<Typed>) -> Box<[Node]> {
    args.into_iter().map(|arg| arg.node).collect()
}
