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


def is_seen(vector: Vector, problem: dict[str, str]) -> bool:
    """Whether a schema can see a problem: an integer out of range may also be an amount."""
    found = vector.input
    for part in problem["path"].split("/")[1:]:
        if not isinstance(found, list | dict):
            return False  # A document as its text, or what is left out: no schema sees into it.
        found = found[int(part)] if isinstance(found, list) else found.get(part)
    return problem["code"] in SHAPE_CODES and (problem["code"] != "integer_out_of_range" or isinstance(found, int))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_schemas_agree_with_the_vectors(vector: Vector) -> None:
    if vector.error is None:
        assert is_valid(f"{vector.operation}.input.json", vector.input)
        assert is_valid(f"{vector.operation}.output.json", vector.expect)
    elif any(is_seen(vector, problem) for problem in vector.error):
        assert not is_valid(f"{vector.operation}.input.json", vector.input)
