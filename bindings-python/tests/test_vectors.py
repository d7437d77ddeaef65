"""Runs every conformance vector through each door of the package, one named test a door.

The doors are `call` with text, `call` with dicts, the classes with their native function, the functions by
keyword, and those again with each document as dicts.
"""

from __future__ import annotations

import json
import pickle
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any, Callable, get_args, get_origin, get_type_hints

import pytest

import guerdon
from vectors import VECTORS, Vector

OPERATIONS = {operation.name: operation for operation in guerdon.OPERATIONS}


def by_text(vector: Vector) -> Any:
    return json.loads(guerdon.call(vector.operation, vector.text))


def by_dict(vector: Vector) -> Any:
    return json.loads(guerdon.call(vector.operation, vector.input))


def by_class(vector: Vector) -> Any:
    operation = OPERATIONS[vector.operation]
    return json.loads(operation.native(operation.input.from_json(vector.text)).to_json())


def by_keyword(vector: Vector) -> Any:
    operation = OPERATIONS[vector.operation]
    built = operation.input.from_json(vector.text)
    return json.loads(operation.function(**fields(built)).to_json())


def fields(value: Any) -> dict[str, Any]:
    """The fields of a record as Python has them: Decimal, datetime, classes and documents."""
    names = [name for name, kind in vars(type(value)).items() if type(kind).__name__ == "getset_descriptor"]
    return {name: getattr(value, name) for name in names}


DOORS = [by_text, by_dict, by_class, by_keyword]


def parameters(vector: Vector) -> dict[str, Any]:
    """The parameters of an operation's function, with what they take."""
    function = OPERATIONS[vector.operation].function
    return get_type_hints(function, vars(sys.modules[function.__module__]))


def is_document(hint: Any) -> bool:
    return set(get_args(hint)) - {types.NoneType} == set(get_args(guerdon.DocumentInput))


def documents(vector: Vector) -> set[str]:
    """Which of the parameters are documents, or hold some."""

    def holds(hint: Any) -> bool:
        return is_document(hint) or any(map(holds, get_args(hint)))

    return {name for name, hint in parameters(vector).items() if name != "return" and holds(hint)}


def as_python(value: Any, hint: Any) -> Any:
    """A JSON value as what a parameter takes: a document as it stands, classes in lists and dicts."""
    if value is None or is_document(hint):
        return value
    alternatives = [one for one in get_args(hint) if one is not types.NoneType]
    if get_origin(hint) is Sequence:
        return [as_python(one, alternatives[0]) for one in value]
    if get_origin(hint) is Mapping:
        return {key: as_python(one, alternatives[1]) for key, one in value.items()}
    if get_origin(hint) is types.UnionType and len(alternatives) == 1:
        return as_python(value, alternatives[0])
    classes = [one for one in alternatives or [hint] if getattr(one, "__module__", "") == "guerdon"]
    for one in classes:
        words = [word for word in (getattr(one, "type", None), getattr(one, "key", None)) if isinstance(word, str)]
        if not words or value.get("type") in words or set(value) == set(words):
            return one.from_json(json.dumps(value))
    return value


def by_document(vector: Vector) -> Any:
    hints = parameters(vector)
    given = {name: as_python(value, hints[name]) for name, value in vector.input.items()}
    return json.loads(OPERATIONS[vector.operation].function(**given).to_json())


def concerns_documents(vector: Vector) -> bool:
    """Whether an operation has documents, and all that a vector wants refused is in them."""
    names = documents(vector)
    known = isinstance(vector.input, dict) and set(vector.input) <= set(parameters(vector))
    within = all(problem["path"].split("/")[1:2] in [[name] for name in names] for problem in vector.error or [])
    return bool(names) and known and within


@pytest.mark.parametrize("vector", [*filter(concerns_documents, VECTORS)], ids=lambda vector: vector.name)
def test_documents_as_dicts(vector: Vector) -> None:
    hold(vector, by_document)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_vector(vector: Vector, door: Callable[[Vector], Any]) -> None:
    hold(vector, door)


def hold(vector: Vector, door: Callable[[Vector], Any]) -> None:
    """Holds what comes through a door to what the vector says."""
    if vector.error is None:
        assert door(vector) == vector.expect
        return
    with pytest.raises(guerdon.GuerdonError) as caught:
        door(vector)
    found = [{"code": one.code, "path": one.path} for one in caught.value.problems]
    assert found == vector.error


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_vector(name: str) -> None:
    assert any(vector.operation == name for vector in VECTORS)


@pytest.mark.parametrize("vector", [one for one in VECTORS if one.error is None], ids=lambda one: one.name)
def test_values_survive_a_round_trip(vector: Vector) -> None:
    given = OPERATIONS[vector.operation].input.from_json(vector.text)
    same = type(given)(**fields(given))
    assert same == given
    assert same.to_json() == given.to_json()
    assert pickle.loads(pickle.dumps(given)) == given
    assert type(given).__name__ in repr(given)
