"""One call of the fixture plan from Python, with objects that are there already, in one process.

Prints one line of JSON, in nanoseconds a call, the median and the fastest of many short batches:

- evaluate: `plan.evaluate(event, state)`;
- explain: the same with its explanation, for comparison;
- noop: a call into the package that does nothing, `len(roster)`.

They take turns, so that a busy machine is busy for all of them.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from timeit import Timer

import guerdon

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
BATCHES = 1_000
CALLS = 500


def main() -> None:
    plan = guerdon.Plan((FIXTURES / "plan.json").read_text(encoding="utf-8"))
    names = {
        "evaluate": plan.evaluate,
        "event": guerdon.Event.from_json((FIXTURES / "event.json").read_text(encoding="utf-8")),
        "state": plan.new_state(),
        "roster": guerdon.Roster([]),
    }
    timers = {
        "evaluate": Timer("evaluate(event, state)", globals=names),
        "explain": Timer("evaluate(event, state, explain=True)", globals=names),
        "noop": Timer("len(roster)", globals=names),
    }
    times: dict[str, list[float]] = {name: [] for name in timers}
    for _ in range(BATCHES):
        for name, timer in timers.items():
            times[name].append(timer.timeit(CALLS) / CALLS * 1e9)
    told: dict[str, object] = {"language": "python"}
    for name, list_of in times.items():
        told[f"{name}_ns"] = round(statistics.median(list_of))
        told[f"{name}_fastest_ns"] = round(min(list_of))
    print(json.dumps({**told, "calls": BATCHES * CALLS}))


main()
