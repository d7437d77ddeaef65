"""One call of the fixture plan in each language, side by side, with what was promised of it.

    make bench-calls

Each language has a process of its own and prints its times as a line of JSON. The processes take turns for some
rounds; a goal is judged within a round, where the machine was equally busy, and the median round is told. How fast
anybody was never fails it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROUNDS = 5
Times = dict[str, Any]


def measured(command: list[str]) -> Times:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    times: Times = json.loads(done.stdout.splitlines()[-1])
    return times


def commands(rust: str) -> dict[str, list[str]]:
    found = {"rust": [rust], "python": [sys.executable, str(HERE / "python_call.py")]}
    node = HERE / "node_call.mjs"
    if node.exists():
        found["node"] = ["node", str(node)]
    return found


def goal(language: str, rounds: list[dict[str, Times]]) -> tuple[float, float, str]:
    """The call and what was promised of it, in nanoseconds: of the median round, by their ratio."""
    pairs = []
    for times in rounds:
        rust, own = times["rust"]["evaluate_ns"], times[language]["evaluate_ns"]
        promised = {
            "rust": lambda: 500.0,
            "python": lambda: 1.5 * rust + 150,
            "node": lambda: 1.3 * (times["node"]["json_ns"] + rust),
        }[language]()
        pairs.append((own, promised))
    pairs.sort(key=lambda pair: pair[0] / pair[1])
    called, promised = pairs[len(pairs) // 2]
    how = {
        "rust": "500 ns",
        "python": "1.5 times the call in Rust + 150 ns",
        "node": "1.3 times (JSON.stringify + JSON.parse + the call in Rust)",
    }
    return called, promised, how[language]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rust", required=True, help="the program `call` of benches")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    runs = commands(options.rust)
    rounds = [{name: measured(command) for name, command in runs.items()} for _ in range(options.rounds)]

    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {len(rounds)} rounds")
    print(f"{'':10}{'one call':>10}{'at most':>10}{'ratio':>8}  the goal")
    for name in runs:
        called, promised, how = goal(name, rounds)
        verdict = "met" if called <= promised else "MISSED"
        print(f"{name:10}{called:7.0f} ns{promised:7.0f} ns{called / promised:8.2f}  {how}: {verdict}")
    print("\nMedians over the rounds, in nanoseconds:")
    for name in runs:
        keys = [key for key in rounds[0][name] if key.endswith("_ns")]
        medians = {key: round(statistics.median(times[name][key] for times in rounds)) for key in keys}
        print(json.dumps({"language": name, **medians}))


main()
