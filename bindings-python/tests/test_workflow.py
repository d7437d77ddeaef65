"""Compiled workflows: every vector of an operation that they have too, and what is their own."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import pytest

import guerdon
from guerdon import GuerdonError, Workflow
from test_vectors import OPERATIONS, fields
from vectors import VECTORS, Vector

VERBS = ["describe", "validate", "start", "apply", "replay", "run", "explore", "next_due", "accepts", "diagram", "migrate"]


def compiled(vector: Vector) -> Any:
    """What the method says; the input's other parts are read by the operation's own class."""
    given = fields(OPERATIONS[vector.operation].input.from_json(vector.text))
    workflow, old = Workflow(given.pop("workflow")), given.pop("old", None)
    verb = vector.operation.removeprefix("workflow.")
    method: Callable[..., Any] = getattr(workflow, verb)
    first = [Workflow(old)] if old is not None else []
    order = {
        "start": ["instance", "at"],
        "apply": ["snapshot", "event", "at"],
        "replay": ["instance", "at", "history"],
        "run": ["snapshots", "event", "at"],
        "next_due": ["snapshot"],
        "accepts": ["snapshot", "at"],
        "diagram": ["snapshot"],
        "migrate": ["snapshot", "at"],
    }.get(verb, [])
    positional = [given.pop(name) for name in order]
    return json.loads(method(*first, *positional, **given).to_json())


def without_place(expect: Mapping[str, Any]) -> Any:
    """What `validate` says of its own document, in which nothing is under `workflow`."""
    told = copy.deepcopy(dict(expect))
    for problem in told.get("problems", []):
        problem["path"] = problem["path"].removeprefix("/workflow")
    return told


OF_WORKFLOWS = [one for one in VECTORS if one.operation in {f"workflow.{verb}" for verb in VERBS}]
ANSWERED = [one for one in OF_WORKFLOWS if one.error is None and one.expect.get("usable") is not False]
REFUSED = [one for one in OF_WORKFLOWS if one.error is not None]


@pytest.mark.parametrize("vector", ANSWERED, ids=lambda vector: vector.name)
def test_answers_as_the_operation_does(vector: Vector) -> None:
    expect = without_place(vector.expect) if vector.operation == "workflow.validate" else vector.expect
    assert compiled(vector) == expect


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector.name)
def test_refuses_what_the_operation_does(vector: Vector) -> None:
    with pytest.raises(GuerdonError) as caught:
        compiled(vector)
    assert {one.code for one in caught.value.problems} <= {one["code"] for one in vector.error or []}


DOCUMENT = {
    "format": "guerdon.workflow/1",
    "id": "lead",
    "version": 1,
    "states": [
        {"id": "open", "transitions": [{"event": "win", "to": ["won"]}, {"after": "P7D", "to": ["lost"]}]},
        {"id": "won", "kind": "final"},
        {"id": "lost", "kind": "final", "outcome": "failed"},
    ],
}


def test_an_instance_goes_its_way() -> None:
    workflow = Workflow(DOCUMENT)
    begun = workflow.start("lead-1", "2026-11-20T09:00:00Z")
    assert begun.states == ["open"]
    won = workflow.apply(begun.snapshot, guerdon.WorkflowEventEvent(name="win"), "2026-11-21T09:00:00Z")
    assert (won.answer, won.status) == ("accepted", "completed")
    late = workflow.apply(json.loads(begun.snapshot), guerdon.WorkflowEventDue(), "2026-12-24T09:00:00Z")
    assert (late.states, late.status) == (["lost"], "failed")


def test_it_is_pickled_and_shown() -> None:
    workflow = Workflow(DOCUMENT)
    assert pickle.loads(pickle.dumps(workflow)).reference == workflow.reference
    assert repr(workflow) == "Workflow(lead, version 1)"


def test_what_is_no_workflow_is_refused() -> None:
    workflow = Workflow(DOCUMENT)
    snapshot = workflow.start("lead-1", "2026-11-20T09:00:00Z").snapshot
    with pytest.raises(GuerdonError) as caught:
        workflow.migrate(DOCUMENT, snapshot, "2026-11-21T09:00:00Z")  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.path) == ("type_mismatch", "/old")
    with pytest.raises(GuerdonError) as caught:
        workflow.apply("{}", guerdon.WorkflowEventDue(), "2026-11-21T09:00:00Z")
    assert caught.value.path.startswith("/snapshot")
