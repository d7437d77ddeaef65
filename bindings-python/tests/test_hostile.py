"""No input takes the process down: depth, size, cycles and threads, at each door."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest

import guerdon
from guerdon import FactValueBool, FactValueList, GuerdonError, Money

LEVELS = 200_000


def nested(make: Callable[[Any], Any]) -> Any:
    value: Any = None
    for _ in range(LEVELS):
        value = make(value)
    return value


def unnest(value: Any) -> None:
    """Takes a deep value apart from the outside: Python itself would need a level of stack for each of its levels."""
    while value:
        value = value.popitem()[1] if isinstance(value, dict) else value.pop()


DOORS: dict[str, Callable[[Any], Any]] = {
    "call": lambda value: guerdon.call("expression.evaluate", {"expression": value}),
    "keyword": lambda value: guerdon.expression.evaluate(expression=value),
    "class": lambda value: guerdon.ExpressionInput(expression=value),
    "in a list": lambda value: guerdon.schedule.rate(schedule={"steps": [value]}, events=["1"], currency="USD"),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize("make", [lambda inner: [inner], lambda inner: {"args": inner}], ids=["list", "dict"])
def test_deep_values_are_refused_by_their_depth(make: Callable[[Any], Any], door: Callable[[Any], Any]) -> None:
    value = nested(make)
    try:
        with pytest.raises(GuerdonError) as caught:
            door(value)
        assert caught.value.code == "document_too_deep"
        assert caught.value.path.count("/") < 200
    finally:
        unnest(value)


TEXTS = {"[": "]", '{"args":': "}", '{"list":[': "]}", '{"op":"not","args":[': "]}"}


@pytest.mark.parametrize("opening", TEXTS)
@pytest.mark.parametrize(
    "read",
    [
        lambda text: guerdon.call("expression.evaluate", text),
        lambda text: guerdon.call("expression.evaluate", '{"expression":' + text + "}"),
        lambda text: guerdon.expression.evaluate(expression=text),
        lambda text: guerdon.ExpressionInput.from_json('{"expression":' + text + "}"),
        FactValueList.from_json,
    ],
    ids=["call", "call, inside", "keyword", "from_json", "from_json of a value"],
)
def test_deep_text_is_refused_by_its_depth(opening: str, read: Callable[[str], Any]) -> None:
    for text in (opening * LEVELS, opening * LEVELS + '{"bool":true}' + TEXTS[opening] * LEVELS):
        with pytest.raises(GuerdonError) as caught:
            read(text)
        assert caught.value.code == "document_too_deep"


def test_classes_cannot_be_nested_deeper_than_text_may_be() -> None:
    value: Any = FactValueBool(True)
    with pytest.raises(GuerdonError) as caught:
        for _ in range(LEVELS):
            value = FactValueList([value])
    assert caught.value.code == "document_too_deep"
    assert FactValueList.from_json(value.to_json()) == value


def test_a_value_that_contains_itself_is_refused_by_its_depth() -> None:
    dictionary: dict[str, Any] = {"op": "not"}
    dictionary["args"] = [dictionary]
    with pytest.raises(GuerdonError) as caught:
        guerdon.expression.evaluate(expression=dictionary)
    assert caught.value.code == "document_too_deep"
    assert caught.value.path.startswith("/expression/args/0/args/0")
    items: list[Any] = []
    items.append(items)
    with pytest.raises(GuerdonError) as caught:
        guerdon.call("schedule.rate", {"events": items})
    assert caught.value.code == "document_too_deep"


def test_a_value_that_unfolds_without_end_is_refused_by_its_size() -> None:
    value: Any = []
    for _ in range(60):
        value = [value, value]
    with pytest.raises(GuerdonError) as caught:
        guerdon.expression.evaluate(expression=value)
    assert caught.value.code == "document_too_large"


@pytest.mark.parametrize(
    "door",
    [
        lambda text: guerdon.call("money.round", text),
        lambda text: guerdon.call("money.round", {"money": text}),
        lambda text: guerdon.expression.evaluate(expression=text),
        lambda text: guerdon.expression.evaluate(expression={"string": text}),
        Money.from_json,
    ],
    ids=["call", "call, inside", "document", "document, inside", "from_json"],
)
def test_100_mb_are_refused_by_their_size_at_once(door: Callable[[str], Any]) -> None:
    text = "x" * 100_000_000
    started = time.perf_counter()
    with pytest.raises(GuerdonError) as caught:
        door(text)
    assert caught.value.code == "document_too_large"
    assert time.perf_counter() - started < 2


def test_a_refused_list_leaves_nothing_behind() -> None:
    events: list[Any] = ["1", [["deep"]]] * 5_000
    with pytest.raises(GuerdonError) as caught:
        guerdon.schedule.rate(schedule=SCHEDULE, events=events, currency="USD")
    assert len(caught.value.problems) == 100
    text = json.dumps({"schedule": SCHEDULE, "events": events, "currency": "USD"})
    with pytest.raises(GuerdonError) as by_text:
        guerdon.call("schedule.rate", text)
    assert [one.path for one in by_text.value.problems] == [one.path for one in caught.value.problems]
    assert str(guerdon.schedule.rate(schedule=SCHEDULE, events=["100"], currency="USD").total.amount) == "1.00"


SCHEDULE = {"mode": "marginal", "steps": [{"from": "0", "rate": {"percent": "1"}}]}


def test_what_a_mapping_raises_becomes_a_problem() -> None:
    class Broken(dict[str, Any]):
        def items(self) -> Any:
            raise RuntimeError("no items today")

    from types import MappingProxyType

    with pytest.raises(GuerdonError) as caught:
        guerdon.call("money.round", {"money": MappingProxyType(Broken())})
    assert caught.value.code == "type_mismatch"
    assert caught.value.path == "/money"


def test_threads_call_at_once() -> None:
    def run(cents: int) -> str:
        money = Money(amount=f"{cents}.005", currency="USD")
        return str(guerdon.money.round(money=money).amount)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(run, range(2_000))) == [f"{cents}.01" for cents in range(2_000)]
    finally:
        sys.setswitchinterval(interval)
