"""What mypy accepts, and what it must not: each `type: ignore` below is an error that it has to find."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from typing_extensions import assert_type

import guerdon
from guerdon import (
    DocumentInput,
    Event,
    FactValue,
    FactValueList,
    FactValueString,
    GuerdonError,
    Money,
    Problem,
    Rounding,
)

money = Money(amount=Decimal("1.005"), currency="USD")
rounding: Rounding = "half_even"
rounded = guerdon.money.round(money=money, rounding=rounding)
assert_type(rounded, Money)
assert_type(rounded.amount, Decimal)
assert_type(rounded.currency, str)

Money(amount=1.5, currency="USD")  # type: ignore[arg-type]
Money(amount="1", currency="USD", cents=5)  # type: ignore[call-arg]
guerdon.money.round(money=money, rounding="half_odd")  # type: ignore[arg-type]
guerdon.money.round()  # type: ignore[call-arg]
money.amount = Decimal(2)  # type: ignore[misc]

event = Event(id=UUID(int=1), kind="sale", at=dt.datetime.now(dt.timezone.utc), partner="ann", amount=money)
assert_type(event.at, dt.datetime)
assert_type(event.amount, Money | None)
Event(id="1", kind="sold", at="2026-11-20T10:00:00Z", partner="ann")  # type: ignore[arg-type]

plan: DocumentInput = {"format": "guerdon.plan/1", "zone": ZoneInfo("UTC")}
evaluation = guerdon.commission.evaluate(plan=plan, event=event)
for line in evaluation.outcome.lines:
    assert_type(line.amount, Money)

values: dict[str, FactValue] = {"country": FactValueString("DE"), "tags": FactValueList([FactValueString("x")])}
outcome = guerdon.expression.evaluate(expression='{"fact": "country"}', values=values)
match outcome.value:
    case FactValueString(value=text):
        assert_type(text, str)
    case FactValueList(value=items):
        assert_type(items, list[FactValue])

ratio: Fraction = guerdon.FactValueRatio("1/3").value

try:
    guerdon.call("money.round", {"money": money})
except GuerdonError as error:
    assert_type(error.problems, list[Problem])
    assert_type(error.code, str)
