"""Runs every conformance vector through each door of the package, one named test a door.

The doors are `call` with text, `call` with dicts, the classes with their native function, and the
functions by keyword.
"""

from __future__ import annotations

import json
import pickle
from typing import Any, Callable

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


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_vector(vector: Vector, door: Callable[[Vector], Any]) -> None:
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
