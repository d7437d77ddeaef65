"""What is refused comes as one `GuerdonError` that carries every problem, each with its place."""

from __future__ import annotations

import copy
import json
import pathlib
import pickle
from collections import UserDict
from decimal import Decimal
from typing import Any, Callable

import numpy
import pytest

import guerdon
from guerdon import Event, GuerdonError, Money, Problem


def refused(run: Callable[[], Any]) -> GuerdonError:
    with pytest.raises(GuerdonError) as caught:
        run()
    return caught.value


def found(error: GuerdonError) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in error.problems]


def test_an_error_is_a_value_error_that_speaks_of_the_first_problem() -> None:
    error = refused(lambda: Money(amount=1.5, currency="usd"))
    assert isinstance(error, ValueError)
    assert found(error) == [("float_refused", "/amount"), ("currency_unknown", "/currency")]
    assert (error.code, error.path) == ("float_refused", "/amount")
    assert error.hint == 'write it as text, such as Decimal("12.34")'
    assert all(isinstance(problem, Problem) and problem.severity == "error" for problem in error.problems)
    assert str(error).splitlines() == [
        "`1.5` is a float, which cannot hold an exact amount (float_refused at `/amount`); "
        'write it as text, such as Decimal("12.34")',
        "`usd` is not an ISO 4217 currency with a minor unit (currency_unknown at `/currency`); "
        "use an upper-case code such as USD, EUR or JPY",
    ]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_can_be_sent_elsewhere(again: Callable[[GuerdonError], GuerdonError]) -> None:
    error = refused(lambda: Money(amount=1.5, currency="usd"))
    assert found(again(error)) == found(error)
    assert str(again(error)) == str(error)


def test_each_place_in_a_list_and_a_dict_is_named() -> None:
    def run() -> object:
        return Event(
            id="",
            kind="sold",
            at="2026-11-20T10:00:00Z",
            partner="ann",
            items=[3, None, {}],
            facts={"a/b": True, "c": guerdon.FactValueBool(True), 5: guerdon.FactValueBool(True)},
        )

    assert found(refused(run)) == [
        ("id_invalid", "/id"),
        ("variant_unknown", "/kind"),
        ("type_mismatch", "/items/0"),
        ("type_mismatch", "/items/1"),
        ("type_mismatch", "/items/2"),
        ("type_mismatch", "/facts/a~1b"),
        ("type_mismatch", "/facts/5"),
    ]


def test_a_function_refuses_as_its_class_does() -> None:
    given: dict[str, Any] = {"money": 5, "rounding": "half_odd"}
    error = refused(lambda: guerdon.money.round(**given))
    assert found(error) == [("type_mismatch", "/money"), ("variant_unknown", "/rounding")]
    assert "half_even" in error.problems[1].hint


def test_a_native_function_wants_its_own_input() -> None:
    operation = guerdon.OPERATIONS[0]
    assert found(refused(lambda: operation.native(5))) == [("type_mismatch", "")]


def hint_of(run: Callable[[], Any]) -> str:
    error = refused(run)
    assert error.code == "type_mismatch"
    return error.hint


def test_a_dict_in_place_of_an_object_is_told_how_to_make_one() -> None:
    plan = guerdon.Plan(PLAN)
    given: Any = {"id": "1", "kind": "sale"}
    wanted = "write `Event(..)` with its fields by name, or `Event.from_json(json.dumps(..))`"
    assert wanted in hint_of(lambda: plan.evaluate(given, plan.new_state()))
    assert wanted in hint_of(lambda: plan.preview(given, plan.new_state()))
    assert wanted in hint_of(lambda: guerdon.commission.evaluate(plan=PLAN, event=given))
    assert "`Refund(..)`" in hint_of(lambda: plan.refund(given, [], plan.new_state()))
    assert "`HappeningEvent(..)`" in hint_of(lambda: guerdon.commission.replay(plan=PLAN, history=[given]))
    event: Any = "A71"
    assert "`Event.from_json(..)`" in hint_of(lambda: plan.evaluate(event, plan.new_state()))
    assert "plan.new_state()" in hint_of(lambda: plan.totals(given))
    assert "`Roster([Partner(..), ..])`" in hint_of(lambda: plan.totals(plan.new_state(), given))


def test_what_only_holds_a_document_is_told_how_to_read_it(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(PLAN), encoding="utf-8")
    for read in (guerdon.Plan, lambda plan: guerdon.plan.describe(plan=plan), lambda plan: guerdon.call("plan.describe", plan)):
        assert "path.read_text" in hint_of(lambda: read(path))
        assert "document.decode()" in hint_of(lambda: read(path.read_bytes()))
        with open(path, encoding="utf-8") as file:
            assert "file.read()" in hint_of(lambda: read(file))


def test_what_a_scalar_wants_is_told() -> None:
    given: Any = {"id": "1", "kind": "sale", "partner": 5, "at": 5, "quantity": []}
    said = {problem.path: problem.message for problem in refused(lambda: Event(**given)).problems}
    assert said == {
        "/partner": "expected text, found an `int`",
        "/at": "expected a `datetime`, or its text, found an `int`",
        "/quantity": "expected a `Decimal`, or its text, found a `list`",
    }


def test_the_name_of_a_file_is_no_document() -> None:
    for run in (lambda: guerdon.Plan("plan.json"), lambda: guerdon.plan.describe(plan="plans/summer.json")):
        error = refused(run)
        assert error.code == "json_invalid" and "read the file" in error.hint


def test_names_that_do_not_exist_are_python_s_own_errors() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'amont'"):
        Money(amont=1, currency="USD")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="required keyword argument: 'currency'"):
        Money(amount=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Money(Decimal(1), "USD")  # type: ignore[misc]


def test_an_operation_that_is_nearly_there_is_named() -> None:
    error = refused(lambda: guerdon.call("money.rond", "{}"))
    assert (error.code, error.hint) == ("operation_unknown", "did you mean `money.round`?")


def test_dicts_and_text_are_refused_alike() -> None:
    given = {"money": {"amount": 1.5, "currency": "usd", "cents": 3}, "rounding": None}
    text = '{"money": {"amount": 1.5, "currency": "usd", "cents": 3}, "rounding": null}'
    by_text = refused(lambda: guerdon.call("money.round", text))
    by_dict = refused(lambda: guerdon.call("money.round", given))
    assert by_text.problems == by_dict.problems
    assert len(by_text.problems) == 4


PLAN: dict[str, Any] = {
    "format": "guerdon.plan/1",
    "id": "shop",
    "version": 1,
    "currency": "EUR",
    "zone": "UTC",
    "groups": [
        {"id": "g", "combine": "sum", "rules": [{"id": "r", "pay": {"type": "percent", "rate": {"percent": "5"}}}]}
    ],
    "caps": [{"id": "c", "scope": "order", "max": "9.00"}],
}


def plan_with(value: Any) -> dict[str, Any]:
    """A plan with a value where an amount, a whole number, a word and a list belong, and beyond its fields."""
    plan = copy.deepcopy(PLAN)
    plan["caps"][0]["max"] = value
    plan["version"] = value
    plan["groups"][0]["combine"] = value
    plan["groups"][0]["rules"][0]["when"] = value
    plan["overrides"] = value
    plan["more"] = value
    return plan


def codes_and_paths(run: Callable[[], Any]) -> list[tuple[str, str]]:
    return found(refused(run))


@pytest.mark.parametrize("value", [1.5, True, [], {}, {"a": [1.5]}, 2**53, 2**64, -(2**70), "x", [[1.5]]], ids=repr)
def test_a_dict_is_told_all_that_is_wrong_as_its_text_is(value: Any) -> None:
    plan = plan_with(value)
    by_text = codes_and_paths(lambda: guerdon.plan.describe(plan=json.dumps(plan)))
    assert len(by_text) >= 4
    assert codes_and_paths(lambda: guerdon.plan.describe(plan=plan)) == by_text
    assert [(code, f"/plan{path}") for code, path in codes_and_paths(lambda: guerdon.Plan(plan))] == by_text
    assert codes_and_paths(lambda: guerdon.call("plan.describe", {"plan": plan})) == by_text


def test_what_json_has_no_word_for_hides_nothing() -> None:
    """The same problems in the same places as for a float, each with its own reason."""
    by_text = codes_and_paths(lambda: guerdon.plan.describe(plan=json.dumps(plan_with(0.5))))
    for value in (b"bytes", {1, 2}, object(), float("nan"), numpy.float32(0.5), "\ud800", Unreadable(a=1)):
        plan = plan_with(value)
        for run in (lambda: guerdon.plan.describe(plan=plan), lambda: guerdon.call("plan.describe", {"plan": plan})):
            problems = refused(run).problems
            assert [problem.path for problem in problems] == [path for _, path in by_text]
            assert not any("0.5" in problem.message for problem in problems) or isinstance(value, numpy.float32)


class Unreadable(UserDict[str, Any]):
    def items(self) -> Any:
        raise RuntimeError("no items today")


def test_keys_that_are_no_text_and_keys_that_come_twice_are_among_the_problems() -> None:
    class Twice(UserDict[str, Any]):
        def items(self) -> Any:
            return [("id", "shop"), ("id", "other")]

    plan = {**PLAN, 5: "five", "caps": [{"id": "c", "scope": "order", "max": 1.5}], "ladder": Twice()}
    assert codes_and_paths(lambda: guerdon.plan.describe(plan=plan)) == [
        ("type_mismatch", "/plan/5"),
        ("float_refused", "/plan/caps/0/max"),
        ("field_missing", "/plan/ladder"),
        ("field_missing", "/plan/ladder"),
        ("field_missing", "/plan/ladder"),
        ("key_duplicate", "/plan/ladder/id"),
    ]


def test_json_of_another_alternative_is_refused() -> None:
    text = guerdon.FactValueBool(True).to_json()
    error = refused(lambda: guerdon.FactValueString.from_json(text))
    assert found(error) == [("variant_unknown", "/string")]
