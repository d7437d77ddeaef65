"""The published JSON Schemas accept what the core accepts, and refuse what has the wrong shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from vectors import VECTORS, Vector

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schema"
SCHEMAS = {file.name: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))}
REGISTRY: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)
# What a schema can see; the other codes are about values and what they mean together.
SHAPE_CODES = {
    "field_missing",
    "field_unknown",
    "float_refused",
    "integer_out_of_range",
    "type_mismatch",
    "variant_unknown",
}


def is_valid(name: str, value: Any) -> bool:
    return Draft202012Validator(SCHEMAS[name], registry=REGISTRY).is_valid(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])


def largest(value: Any) -> int:
    """The largest magnitude among the integers of a JSON value."""
    if isinstance(value, dict):
        return max(map(largest, value.values()), default=0)
    if isinstance(value, list):
        return max(map(largest, value), default=0)
    return abs(value) if type(value) is int else 0


# The schemas promise integers that every JSON reader keeps. The core reads larger ones where an operation has
# its own word about them, and those vectors are beyond the schemas on purpose.
WITHIN = [one for one in VECTORS if max(largest(one.input), largest(one.expect)) < 2**53]


@pytest.mark.parametrize("vector", WITHIN, ids=lambda vector: vector.name)
def test_schemas_agree_with_the_vectors(vector: Vector) -> None:
    codes = {problem["code"] for problem in vector.error or []}
    if vector.error is None:
        assert is_valid(f"{vector.operation}.input.json", vector.input)
        assert is_valid(f"{vector.operation}.output.json", vector.expect)
    elif codes & SHAPE_CODES:
        assert not is_valid(f"{vector.operation}.input.json", vector.input)
