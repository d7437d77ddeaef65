"""Values are Python's own: Decimal, aware datetime, date, UUID, Fraction, dicts and frozen classes."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from collections import OrderedDict, UserDict
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy
import pandas
import pytest

import guerdon
from guerdon import Event, FactValueInstant, FactValueList, FactValueRatio, FactValueString, GuerdonError, Money

USD = "USD"


def evaluate(**values: Any) -> Any:
    return guerdon.expression.evaluate(**values).value


def sale(**fields: Any) -> Event:
    return Event(**{"id": "1", "kind": "sale", "at": "2026-11-20T10:00:00Z", "partner": "ann", **fields})


class TestNumbers:
    def test_amounts_are_decimals_with_the_digits_of_their_currency(self) -> None:
        rounded = guerdon.money.round(money=Money(amount="1.005", currency=USD))
        assert (type(rounded.amount), str(rounded.amount)) == (Decimal, "1.01")

    @pytest.mark.parametrize("amount", [12, "12", Decimal(12), Decimal("1.2E+1"), numpy.int64(12), Fraction(12)])
    def test_every_exact_number_will_do(self, amount: Any) -> None:
        assert Money(amount=amount, currency=USD) == Money(amount=12, currency=USD)

    @pytest.mark.parametrize("amount", [0.1, 12.0, float("nan"), float("inf"), numpy.float64(1), numpy.float32(1)])
    def test_no_float_will(self, amount: Any) -> None:
        with pytest.raises(GuerdonError) as caught:
            Money(amount=amount, currency=USD)
        assert (caught.value.code, caught.value.path) == ("float_refused", "/amount")

    @pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), Decimal("1E+999999999"), 10**4000, "1e3"])
    def test_what_no_amount_can_be_is_refused(self, amount: Any) -> None:
        with pytest.raises(GuerdonError) as caught:
            Money(amount=amount, currency=USD)
        assert (caught.value.code, caught.value.path) == ("decimal_invalid", "/amount")

    @pytest.mark.parametrize("amount", [None, True, b"1", [], {}, object(), 1j])
    def test_nor_what_is_no_number(self, amount: Any) -> None:
        with pytest.raises(GuerdonError) as caught:
            Money(amount=amount, currency=USD)
        assert (caught.value.code, caught.value.path) == ("type_mismatch", "/amount")

    @pytest.mark.parametrize("currency", [5, True, numpy.int64(5), None, b"USD"])
    def test_a_number_is_no_text(self, currency: Any) -> None:
        with pytest.raises(GuerdonError) as caught:
            Money(amount=1, currency=currency)
        assert (caught.value.code, caught.value.path) == ("type_mismatch", "/currency")

    def test_ratios_are_fractions(self) -> None:
        third = FactValueRatio("1/3")
        assert third.value == Fraction(1, 3)
        assert FactValueRatio(Fraction(2, 6)) == third
        assert FactValueRatio(Decimal("0.125")).value == Fraction(1, 8)

    @pytest.mark.parametrize("whole", [True, 1.0, "1", None, Decimal(1)])
    def test_whole_numbers_are_ints(self, whole: Any) -> None:
        with pytest.raises(GuerdonError) as caught:
            guerdon.FactValueInteger(whole)
        assert caught.value.code == "type_mismatch"

    def test_whole_numbers_have_their_bounds(self) -> None:
        assert guerdon.FactValueInteger(numpy.int32(7)).value == 7
        for large in (2**53, 2**63, 2**70, -(2**70)):
            with pytest.raises(GuerdonError) as caught:
                guerdon.FactValueInteger(large)
            assert caught.value.code == "integer_out_of_range"


class TestTime:
    INSTANT = dt.datetime(2026, 11, 20, 10, 0, 0, 250, tzinfo=dt.timezone.utc)

    @pytest.mark.parametrize(
        "at",
        [
            INSTANT,
            "2026-11-20T10:00:00.00025Z",
            INSTANT.astimezone(ZoneInfo("Asia/Kolkata")),
            INSTANT.astimezone(dt.timezone(dt.timedelta(hours=-8))),
            pandas.Timestamp(INSTANT),
        ],
    )
    def test_instants_are_aware_datetimes(self, at: Any) -> None:
        event = sale(at=at)
        assert event.at == self.INSTANT
        assert (type(event.at), event.at.tzinfo) == (dt.datetime, dt.timezone.utc)

    def test_a_naive_datetime_is_refused_with_its_place(self) -> None:
        naive = dt.datetime(2026, 11, 20, 10)
        with pytest.raises(GuerdonError) as caught:
            sale(at=naive)
        assert (caught.value.code, caught.value.path) == ("instant_without_offset", "/at")
        with pytest.raises(GuerdonError) as caught:
            evaluate(expression={"op": "eq", "args": [{"instant": naive}, {"instant": self.INSTANT}]})
        assert (caught.value.code, caught.value.path) == ("instant_without_offset", "/expression/args/0/instant")

    def test_a_nanosecond_is_refused(self) -> None:
        with pytest.raises(GuerdonError) as caught:
            sale(at=pandas.Timestamp("2026-11-20T10:00:00.000000001Z"))
        assert caught.value.code == "instant_too_fine"

    @pytest.mark.parametrize("year", [1, 1969, 9999])
    def test_every_year_survives(self, year: int) -> None:
        at = dt.datetime(year, 2, 28, 23, 59, 59, 999_999, tzinfo=dt.timezone.utc)
        assert sale(at=at).at == at

    def test_dates_are_dates(self) -> None:
        fact = guerdon.FactValueDate(dt.date(2026, 11, 20))
        assert (fact.value, type(fact.value)) == (dt.date(2026, 11, 20), dt.date)
        for wrong in (self.INSTANT, dt.time(10), dt.timedelta(days=1), 20261120):
            with pytest.raises(GuerdonError):
                guerdon.FactValueDate(wrong)


class TestText:
    def test_an_id_may_be_a_uuid(self) -> None:
        uuid = UUID("12345678-1234-5678-1234-567812345678")
        assert sale(id=uuid).id == str(uuid)

    def test_an_enum_with_text_is_its_text(self) -> None:
        class Kind(str, Enum):
            SALE = "sale"

        assert sale(kind=Kind.SALE).kind == "sale"

    def test_text_that_has_no_utf_8_is_refused(self) -> None:
        with pytest.raises(GuerdonError) as caught:
            sale(id="\ud800", product="\udfff")
        assert [one.path for one in caught.value.problems] == ["/id", "/product"]
        for text in ("\ud800", {"money": "\ud800"}, {"\ud800": 1}):
            with pytest.raises(GuerdonError) as caught:
                guerdon.call("money.round", text)
            assert "json_invalid" in [one.code for one in caught.value.problems]


class TestDocuments:
    EXPECTED = json.loads(guerdon.call("money.round", '{"money": {"amount": "1", "currency": "USD"}}'))

    @pytest.mark.parametrize("kind", [dict, OrderedDict, UserDict, MappingProxyType])
    def test_any_mapping_is_a_document(self, kind: Any) -> None:
        document = kind({"money": kind({"amount": Decimal("1.00"), "currency": "USD"})})
        assert json.loads(guerdon.call("money.round", document)) == self.EXPECTED

    def test_a_document_holds_natural_values_and_guerdon_s_own(self) -> None:
        at = dt.datetime(2026, 11, 20, tzinfo=dt.timezone.utc)
        answer = evaluate(
            expression={
                "op": "and",
                "args": (
                    {"op": "eq", "args": [{"instant": at}, {"fact": "at"}]},
                    {"op": "eq", "args": [{"string": UUID(int=7)}, {"string": str(UUID(int=7))}]},
                    {"op": "gt", "args": [{"decimal": Decimal("1.5")}, {"decimal": numpy.int64(1)}]},
                    {"op": "eq", "args": [{"money": Money(amount=1, currency=USD)}, {"fact": "paid"}]},
                    {"op": "eq", "args": [{"date": at.date()}, {"date": "2026-11-20"}]},
                ),
            },
            facts={"at": {"type": "instant"}, "paid": '{"type": "money", "currency": "USD"}'},
            values={"at": FactValueInstant(at), "paid": guerdon.FactValueMoney(Money(amount=1, currency=USD))},
        )
        assert answer == guerdon.FactValueBool(True)

    def test_a_document_comes_back_as_text(self) -> None:
        given = guerdon.ExpressionInput(expression={"args": ({"bool": True},), "op": "not"})
        assert json.loads(given.expression) == {"op": "not", "args": [{"bool": True}]}

    @pytest.mark.parametrize("wrong", [object(), {1, 2}, b"{}", dt.timedelta(1), 1j, iter([])])
    def test_what_has_no_place_in_a_document_is_refused_with_its_place(self, wrong: Any) -> None:
        with pytest.raises(GuerdonError) as caught:
            evaluate(expression={"op": "not", "args": [wrong]})
        assert (caught.value.code, caught.value.path) == ("type_mismatch", "/expression/args/0")

    def test_keys_are_text(self) -> None:
        with pytest.raises(GuerdonError) as caught:
            guerdon.call("money.round", {5: 1})
        assert ("type_mismatch", "/5") in [(one.code, one.path) for one in caught.value.problems]


class TestClasses:
    def test_what_reads_as_a_sentence_prints_as_one(self) -> None:
        money = Money(amount="1.5", currency=USD)
        assert str(money) == "1.50 USD"
        assert repr(money) == "Money(amount=Decimal('1.5'), currency='USD')"
        step = guerdon.StepHeld(until="2026-03-07T01:00:00+01:00")
        assert str(step) == "payable from 2026-03-07T00:00:00Z"
        assert guerdon.explain.text(steps=[step]).sentences == [str(step)]
        with pytest.raises(GuerdonError) as caught:
            Money(amount=1.5, currency=USD)
        assert str(caught.value.problems[0]) == str(caught.value)

    def test_equality_and_hash_follow_the_value(self) -> None:
        one, other = Money(amount="1.50", currency=USD), Money(amount=Decimal("1.5"), currency=USD)
        assert one == other and hash(one) == hash(other)
        assert len({one, other, Money(amount="1.5", currency="EUR")}) == 2
        assert one != "1.50 USD" and one != FactValueString("x")

    def test_what_holds_a_list_cannot_be_hashed(self) -> None:
        with pytest.raises(TypeError, match="unhashable"):
            hash(FactValueList([]))

    def test_a_value_cannot_be_changed(self) -> None:
        money = Money(amount=1, currency=USD)
        for change in (lambda: setattr(money, "amount", 2), lambda: setattr(money, "note", 2)):
            with pytest.raises(AttributeError):
                change()
        event = sale(items=[])
        event.items.append("mine")  # type: ignore[arg-type]
        assert event.items == []

    def test_repr_shows_what_would_build_it(self) -> None:
        money = Money(amount="1.50", currency=USD)
        assert repr(money) == "Money(amount=Decimal('1.5'), currency='USD')"
        assert eval(repr(money)) == money
        assert eval(repr(FactValueList([FactValueString("x")]))).value == [FactValueString("x")]

    def test_alternatives_can_be_told_apart(self) -> None:
        match evaluate(expression={"string": "x"}):
            case FactValueString(value=text):
                assert (text, FactValueString.key) == ("x", "string")
            case other:
                pytest.fail(repr(other))
        assert isinstance(FactValueString("x"), guerdon.FactValue)

    @pytest.mark.parametrize("value", [Money(amount=1, currency=USD), sale(), FactValueList([FactValueString("x")])])
    def test_pickle_keeps_a_value(self, value: Any) -> None:
        assert pickle.loads(pickle.dumps(value)) == value

    def test_every_class_has_a_home_and_a_text(self) -> None:
        for name in guerdon.__all__:
            member = getattr(guerdon, name)
            if isinstance(member, type) and member is not GuerdonError:
                assert member.__module__ == "guerdon", name
                assert member.__doc__, name
