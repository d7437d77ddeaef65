"""Runs the Python samples of the README, and holds what they print to what it says they print.

The samples are one program, run from top to bottom in a folder that has the README's `plan.json`. What a line
prints stands behind it as a comment; what a whole sample prints stands in the text block that follows it.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

import guerdon

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PROMISED = re.compile(r"^ *print\(.*\) +# (.*)$", re.MULTILINE)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def samples() -> list[tuple[str, str | None]]:
    """Each Python sample, with the text block that follows it at once."""
    following = [*BLOCKS[1:], ("", "")]
    return [
        (text, after if kind == "text" else None)
        for (name, text), (kind, after) in zip(BLOCKS, following)
        if name == "python"
    ]


def test_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plan.json").write_text(blocks("json")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    assert samples()
    for sample, text in samples():
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(sample, "README.md", "exec", dont_inherit=True), names)
        if text is not None:
            assert printed.getvalue() == text
        lines = iter(printed.getvalue().splitlines())
        for promised in PROMISED.findall(sample):
            assert promised in lines


def test_the_plan_of_the_rust_sample_is_the_same() -> None:
    (plan,) = re.findall(r'const PLAN: &str = r#"(.*?)"#;', blocks("rust")[0], re.DOTALL)
    assert json.loads(plan) == json.loads(blocks("json")[0])


def test_every_part_in_the_guide_to_plans_holds() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "plans.md").read_text(encoding="utf-8")
    whole, *parts = [json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)]
    assert parts
    for part in [{}, *parts]:
        described = guerdon.plan.describe(plan={**whole, **part})
        assert described.plan.id == "affiliates"
