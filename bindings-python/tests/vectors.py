"""The conformance vectors, as they lie in tests/vectors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "vectors"


@dataclass(frozen=True)
class Vector:
    """An operation, its input, and what must come out: an answer or problems."""

    name: str
    operation: str
    input: Any
    expect: Any
    error: list[dict[str, str]] | None

    @property
    def text(self) -> str:
        return json.dumps(self.input)


def _read(file: Path) -> list[Vector]:
    where = f"{file.parent.name}/{file.stem}"
    return [
        Vector(f"{where}: {one['name']}", one["op"], one["input"], one.get("expect"), one.get("error"))
        for one in json.loads(file.read_text(encoding="utf-8"))
    ]


VECTORS = [vector for file in sorted(FOLDER.rglob("*.json")) for vector in _read(file)]
