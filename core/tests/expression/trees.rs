//! Random expressions, well-typed ones and any at all.

use guerdon::kernel::calendar::{Instant, Span};
use guerdon::kernel::exact::Exact;
use guerdon::kernel::expression::{Expression, FactValue, Op};

/// Choices read off a list of bytes; zero when they run out, so that trees end.
pub(crate) struct Choices<'a>(pub(crate) std::slice::Iter<'a, u8>);

impl Choices<'_> {
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::from(self.0.next().copied().unwrap_or(0)) % from.len()]
    }

    pub(crate) fn many(&mut self, least: usize) -> usize {
        least + self.pick(&[0, 1, 2])
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sort {
    Bool,
    Integer,
    Decimal,
    Money,
    Text,
    Date,
    Instant,
    Duration,
}

pub(crate) use Sort::{Bool, Date, Decimal, Duration, Instant as Moment, Integer, Money, Text};

pub(crate) const SINGLE: [Sort; 8] = [Bool, Integer, Decimal, Money, Text, Date, Moment, Duration];

const NUMBERS: [&str; 8] = ["0", "1", "-2", "0.5", "3.25", "-0.01", "100", "12345678.9"];
const WORDS: [&str; 5] = ["", "a", "ab", "web", "web-de"];
const DATES: [&str; 4] = ["2026-11-20", "2024-02-29", "1999-12-31", "2026-03-01"];
const MOMENTS: [&str; 4] = [
    "2026-11-20T10:00:00Z",
    "1969-12-31T23:59:59.999999Z",
    "2024-02-29T00:00:00Z",
    "2000-12-31T23:00:00-02:00",
];
const SPANS: [&str; 6] = ["PT0S", "P1D", "PT24H", "P1M", "P30D", "P1Y"];

pub(crate) fn leaf(sort: Sort, choices: &mut Choices<'_>) -> Expression {
    match sort {
        Bool => Expression::Bool(choices.pick(&[true, false])),
        Integer => Expression::Integer(choices.pick(&[0, 1, -2, 7, 9_007_199_254_740_991])),
        Decimal => Expression::Decimal(choices.pick(&NUMBERS).parse().unwrap()),
        Money => match FactValue::amount(exact(choices), "EUR".parse().unwrap()) {
            FactValue::Money(money) => Expression::Money(money),
            other => panic!("{other}"),
        },
        Text => Expression::String(choices.pick(&WORDS).to_owned()),
        Date => Expression::Date(choices.pick(&DATES).parse().unwrap()),
        Moment => Expression::Instant(choices.pick(&MOMENTS).parse::<Instant>().unwrap()),
        Duration => Expression::Duration(choices.pick(&SPANS).parse::<Span>().unwrap()),
    }
}

pub(crate) fn exact(choices: &mut Choices<'_>) -> Exact {
    choices.pick(&NUMBERS).parse().unwrap()
}

pub(crate) const fn word(sort: Sort) -> &'static str {
    match sort {
        Bool => "bool",
        Integer => "integer",
        Decimal => "decimal",
        Money => "money",
        Text => "string",
        Date => "date",
        Moment => "instant",
        Duration => "duration",
    }
}

pub(crate) fn tree(sort: Sort, depth: usize, choices: &mut Choices<'_>) -> Expression {
    match choices.pick(&[0, 1, 2, 3, 4, 5]) {
        _ if depth == 0 => terminal(sort, choices),
        0 => terminal(sort, choices),
        1 => Expression::call(
            Op::If,
            [
                tree(Bool, depth - 1, choices),
                tree(sort, depth - 1, choices),
                tree(sort, depth - 1, choices),
            ],
        ),
        _ => operation(sort, depth - 1, choices),
    }
}

/// A literal, or one of two facts of that type.
fn terminal(sort: Sort, choices: &mut Choices<'_>) -> Expression {
    match choices.pick(&[0, 1, 2]) {
        0 => leaf(sort, choices),
        one => Expression::fact(format!("{}.{one}", word(sort))),
    }
}

fn operation(sort: Sort, depth: usize, choices: &mut Choices<'_>) -> Expression {
    match sort {
        Bool => decision(depth, choices),
        Integer => match choices.pick(&[0, 1, 2]) {
            0 => Expression::call(Op::Month, [tree(Date, depth, choices)]),
            1 => Expression::call(Op::LocalHour, [tree(Moment, depth, choices), utc()]),
            _ => {
                arithmetic(Integer, &[Op::Add, Op::Mul, Op::Min, Op::Sub, Op::Abs], depth, choices)
            }
        },
        Decimal => match choices.pick(&[0, 1, 2]) {
            0 => Expression::call(
                Op::Div,
                [tree(Money, depth, choices), tree(Money, depth, choices)],
            ),
            _ => arithmetic(
                Decimal,
                &[Op::Div, Op::Add, Op::Mul, Op::Max, Op::Sub, Op::Neg, Op::Min],
                depth,
                choices,
            ),
        },
        Money => match choices.pick(&[0, 1, 2]) {
            0 => Expression::call(
                choices.pick(&[Op::Mul, Op::Div]),
                [tree(Money, depth, choices), number(depth, choices)],
            ),
            _ => arithmetic(
                Money,
                &[Op::Add, Op::Sub, Op::Min, Op::Max, Op::Neg, Op::Abs],
                depth,
                choices,
            ),
        },
        Text => Expression::call(Op::Weekday, [tree(Date, depth, choices)]),
        Date => match choices.pick(&[0, 1]) {
            0 => Expression::call(Op::LocalDate, [tree(Moment, depth, choices), utc()]),
            _ => arithmetic(Date, &[Op::Min, Op::Max], depth, choices),
        },
        Moment => arithmetic(Moment, &[Op::Min, Op::Max], depth, choices),
        Duration => terminal(Duration, choices),
    }
}

fn utc() -> Expression {
    Expression::String("UTC".to_owned())
}

fn number(depth: usize, choices: &mut Choices<'_>) -> Expression {
    let sort = choices.pick(&[Integer, Decimal]);
    tree(sort, depth, choices)
}

fn arithmetic(sort: Sort, ops: &[Op], depth: usize, choices: &mut Choices<'_>) -> Expression {
    let op = choices.pick(ops);
    let count = match op {
        Op::Neg | Op::Abs => 1,
        Op::Sub | Op::Div => 2,
        _ => choices.many(2).min(3),
    };
    let args: Vec<Expression> = (0..count)
        .map(|_| if sort == Decimal { number(depth, choices) } else { tree(sort, depth, choices) })
        .collect();
    Expression::call(op, args)
}

fn decision(depth: usize, choices: &mut Choices<'_>) -> Expression {
    let sort = choices.pick(&SINGLE);
    match choices.pick(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        0 | 1 => {
            let op = choices.pick(&[Op::And, Op::Or]);
            let count = choices.many(1);
            let args: Vec<_> = (0..count).map(|_| tree(Bool, depth, choices)).collect();
            Expression::call(op, args)
        }
        2 => Expression::call(Op::Not, [tree(Bool, depth, choices)]),
        3 => Expression::call(Op::Exists, [Expression::fact(format!("{}.1", word(sort)))]),
        4 => Expression::call(
            Op::StartsWith,
            [tree(Text, depth, choices), tree(Text, depth, choices)],
        ),
        5 => {
            let count = choices.many(0);
            let items: Vec<_> = (0..count).map(|_| tree(sort, depth, choices)).collect();
            Expression::call(Op::In, [tree(sort, depth, choices), Expression::List(items)])
        }
        6 => {
            let list = Expression::fact(format!("list.{}", word(sort)));
            Expression::call(Op::Contains, [list, tree(sort, depth, choices)])
        }
        7 => {
            let fact = Expression::fact(format!("{}.{}", word(sort), choices.pick(&[1, 2])));
            Expression::call(comparison(sort, choices), [fact, leaf(sort, choices)])
        }
        _ => {
            let op = comparison(sort, choices);
            let other = match sort {
                Integer => Decimal,
                Decimal => Integer,
                same => same,
            };
            Expression::call(op, [tree(sort, depth, choices), tree(other, depth, choices)])
        }
    }
}

fn comparison(sort: Sort, choices: &mut Choices<'_>) -> Op {
    let ops = [Op::Eq, Op::Ne, Op::Lt, Op::Lte, Op::Gt, Op::Gte];
    choices.pick(if matches!(sort, Bool | Text) { &ops[..2] } else { &ops })
}

pub(crate) fn asks(expression: &Expression) -> bool {
    match expression {
        Expression::Call { op: Op::Exists, .. } => true,
        Expression::Call { args: parts, .. } | Expression::List(parts) => parts.iter().any(asks),
        _ => false,
    }
}

/// Any nodes at all.
pub(crate) fn nonsense(depth: usize, choices: &mut Choices<'_>) -> Expression {
    let ops = [
        Op::And,
        Op::Or,
        Op::Not,
        Op::Eq,
        Op::Ne,
        Op::Lt,
        Op::Lte,
        Op::Gt,
        Op::Gte,
        Op::In,
        Op::Contains,
        Op::StartsWith,
        Op::Exists,
        Op::If,
        Op::Add,
        Op::Sub,
        Op::Mul,
        Op::Div,
        Op::Neg,
        Op::Abs,
        Op::Min,
        Op::Max,
        Op::LocalDate,
        Op::LocalHour,
        Op::Month,
        Op::Weekday,
    ];
    let sort = choices.pick(&SINGLE);
    match choices.pick(&[0, 1, 2, 3, 4]) {
        _ if depth == 0 => terminal(sort, choices),
        0 => terminal(sort, choices),
        1 => {
            let count = choices.many(0);
            Expression::List((0..count).map(|_| nonsense(depth - 1, choices)).collect())
        }
        _ => {
            let (op, count) = (choices.pick(&ops), choices.many(0) + choices.many(0));
            let args: Vec<_> = (0..count).map(|_| nonsense(depth - 1, choices)).collect();
            Expression::call(op, args)
        }
    }
}
