"""What the stub promises of each class holds for every value that the vectors reach.

mypy's stubtest sees names and parameters, not types. Here the types in the stub are read, and held to what a property
gives and to what a constructor takes: each form of a value that its type allows builds the same object.
"""

from __future__ import annotations

import ast
import datetime as dt
import functools
import json
import types
import typing
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from uuid import UUID
from zoneinfo import ZoneInfo

import guerdon
from guerdon import _native
from vectors import VECTORS

STUB = ast.parse((Path(guerdon.__file__).parent / "_native.pyi").read_text(encoding="utf-8"))
NAMES = {**vars(typing), **vars(_native), **vars(guerdon.types), "Sequence": Sequence, "Callable": Callable}
OPERATIONS = {operation.name: operation for operation in guerdon.OPERATIONS}


class Promise(typing.NamedTuple):
    """What the stub says of a class: what its constructor takes, and what its properties give."""

    takes: dict[str, Any]
    gives: dict[str, Any]
    by_keyword: bool


def hint(node: ast.expr | None) -> Any:
    assert node is not None
    return eval(ast.unparse(node), NAMES)


def promise(definition: ast.ClassDef) -> Promise:
    takes, gives, by_keyword = {}, {}, False
    for one in definition.body:
        if isinstance(one, ast.FunctionDef) and one.name == "__new__":
            by_keyword = bool(one.args.kwonlyargs)
            takes = {given.arg: hint(given.annotation) for given in [*one.args.args[1:], *one.args.kwonlyargs]}
        elif isinstance(one, ast.FunctionDef) and "property" in map(ast.unparse, one.decorator_list):
            gives[one.name] = hint(one.returns)
    return Promise(takes, gives, by_keyword)


# Compiled plans and what goes with them are written by hand, and have tests of their own.
PROMISES = {
    one.name: promise(one)
    for one in STUB.body
    if isinstance(one, ast.ClassDef) and not one.name.startswith("_") and one.name not in guerdon.engine.__all__
}


def is_a(value: Any, of: Any) -> bool:
    """Whether a value is of a type, all the way down, and of no wider one."""
    if of is None or of is types.NoneType:
        return value is None
    origin, inner = get_origin(of), get_args(of)
    if origin in (types.UnionType, typing.Union):
        return any(is_a(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin is list:
        return type(value) is list and all(is_a(one, inner[0]) for one in value)
    if origin is dict:
        return type(value) is dict and all(is_a(k, inner[0]) and is_a(v, inner[1]) for k, v in value.items())
    return type(value) is of


def reached(value: Any) -> Iterator[Any]:
    """A value's own classes, and those of everything in it."""
    if isinstance(value, list):
        for one in value:
            yield from reached(one)
    elif isinstance(value, dict):
        yield from reached(list(value.values()))
    elif type(value).__name__ in PROMISES:
        yield value
        for name in PROMISES[type(value).__name__].gives:
            yield from reached(getattr(value, name))


@functools.cache
def instances() -> dict[str, list[Any]]:
    """Some values of each class: of the inputs and answers of all vectors, and of the problems."""
    found: dict[str, list[Any]] = defaultdict(list)
    for vector in VECTORS:
        operation = OPERATIONS[vector.operation]
        try:
            given = operation.input.from_json(vector.text)
            values = [given, operation.native(given)]
        except guerdon.GuerdonError as error:
            values = list(error.problems)
        for one in reached(values):
            if len(found[type(one).__name__]) < 300:
                found[type(one).__name__].append(one)
    return found


def forms(value: Any, of: Any) -> Iterator[Any]:
    """A value in each form that a type allows."""
    inner = get_args(of)
    if get_origin(of) in (types.UnionType, typing.Union):
        for one in inner:
            yield from forms(value, one)
    elif get_origin(of) is Sequence and isinstance(value, list):
        yield list(value)
        yield tuple(value)
        if value:
            yield from ([*value[:-1], last] for last in forms(value[-1], inner[0]))
    elif get_origin(of) is Mapping and isinstance(value, dict):
        yield dict(value)
        yield types.MappingProxyType(value)
        for name in value:
            yield from ({**value, name: one} for one in forms(value[name], inner[1]))
    elif get_origin(of) is Mapping and isinstance(value, str):
        yield json.loads(value)
    elif get_origin(of) is Literal or type(value) is of:
        yield value
    elif of in CONVERTED:
        yield from CONVERTED[of](value)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, (Decimal, UUID, Fraction)):
        yield str(value)
    elif isinstance(value, dt.date):
        yield value.isoformat()


def whole(value: Any) -> Iterator[int]:
    if isinstance(value, (Decimal, Fraction)) and value == int(value):
        yield int(value)


def decimals(value: Any) -> Iterator[Decimal]:
    if isinstance(value, Fraction) and Fraction(Decimal(value.numerator) / value.denominator) == value:
        yield Decimal(value.numerator) / value.denominator


def ids(value: Any) -> Iterator[UUID]:
    try:
        if str(UUID(value)) == value:
            yield UUID(value)
    except (ValueError, AttributeError, TypeError):
        pass


def zones(value: Any) -> Iterator[ZoneInfo]:
    if isinstance(value, str):
        yield ZoneInfo(value)


CONVERTED: dict[Any, Callable[[Any], Iterator[Any]]] = {
    str: texts,
    int: whole,
    Decimal: decimals,
    UUID: ids,
    ZoneInfo: zones,
}


def build(of: Any, given: dict[str, Any]) -> Any:
    return of(**given) if PROMISES[of.__name__].by_keyword else of(*given.values())


def test_each_class_is_reached() -> None:
    # What no vector can hold is not asked for.
    assert [name for name in PROMISES if not instances()[name]] == []


def test_properties_give_what_the_stub_says() -> None:
    for name, values in instances().items():
        for value in values:
            for field, of in PROMISES[name].gives.items():
                assert is_a(getattr(value, field), of), f"{name}.{field}: {getattr(value, field)!r} is no {of}"


def test_constructors_take_every_form_that_the_stub_says() -> None:
    tried: dict[str, set[type]] = defaultdict(set)
    for name, values in instances().items():
        takes, gives, _ = PROMISES[name]
        assert list(takes) == list(gives), name
        for value in values[:40]:
            own = {field: getattr(value, field) for field in gives}
            assert build(type(value), own) == value
            for field, of in takes.items():
                for form in forms(own[field], of):
                    assert build(type(value), {**own, field: form}) == value, f"{name}.{field}: {form!r}"
                    tried[f"{name}.{field}"].add(type(form))
    assert tried["Money.amount"] == {Decimal, int, str}
    assert tried["Event.at"] == {dt.datetime, str}
    assert tried["FactValueRatio.value"] >= {Fraction, str}
    assert tried["ExpressionInput.expression"] == {str, dict}
    assert tried["LadderHistoryInput.zone"] == {str, ZoneInfo}


def test_what_may_be_left_out_has_a_default() -> None:
    for name, values in instances().items():
        for value in values[:5]:
            required = {field: getattr(value, field) for field, of in PROMISES[name].takes.items() if not is_a(None, of)}
            built = build(type(value), required)
            assert all(is_a(getattr(built, field), of) for field, of in PROMISES[name].gives.items())
