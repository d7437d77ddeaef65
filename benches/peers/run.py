"""Side by side with its peers: the same orders, the same plan, every cent compared, seconds and memory printed.

    make bench-peers                                                   # 5,000,000 orders of 50,000 partners
    scripts/bench-peers.sh --orders 200000 --partners 2000 --rounds 1  # small, for its comparison alone

Each peer in each form has a process of its own (worker.py). They take turns, one at a time, in a new order each round,
so that a noisy moment hits anybody; ratios are medians of the ratios within a round, for the same reason.

Ends with 1 when two answers differ, or when one differs from the oracle. How fast anybody was never fails it.
"""

import argparse
import contextlib
import importlib
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa

import data
import oracle
from rated import differences

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "target"

# Peer: (module, how many of its forms always run). A module's FORMS begin with the fastest, then comes the one that
# people write: a window function over the year. `--every-form` runs the others too. Ratios are to the first row.
PEERS = {
    "guerdon": ("guerdon_peer", 1),
    "polars": ("polars_peer", 2),
    "duckdb": ("duckdb_peer", 2),
}


@dataclass
class Runner:
    """One peer in one form, and what its worker reported."""

    peer: str
    form: str
    threads: int
    answer: Path
    process: subprocess.Popen
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    held_bytes: int = 0
    peak_bytes: int = 0

    @property
    def name(self) -> str:
        return f"{self.peer} {self.form}"

    def reply(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker of {self.name} ended with {self.process.wait()}")
        return json.loads(line)

    def rate(self) -> dict:
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        reply = self.reply()
        self.digests.add(reply["digest"])
        return reply

    def warm_up(self) -> None:
        reply = self.rate()
        self.held_bytes, self.peak_bytes = reply["held_bytes"], reply["peak_bytes"]

    def timed(self) -> None:
        reply = self.rate()
        self.seconds.append(reply["seconds"])
        self.cpu_seconds.append(reply["cpu_seconds"])


def start(peer: str, form: str, threads: int, orders: Path) -> Runner:
    answer = orders.parent / f"{peer}-{form}-{threads}.npz"
    module, _ = PEERS[peer]
    command = [sys.executable, HERE / "worker.py", module, form, str(threads), orders, answer]
    environment = os.environ | {"POLARS_MAX_THREADS": str(threads)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    return Runner(peer, form, threads, answer, process)


def forms(peer: str, every_form: bool) -> list[str]:
    module, always = PEERS[peer]
    listed = list(importlib.import_module(module).FORMS)
    return listed if every_form else listed[:always]


def compete(threads: int, chosen: argparse.Namespace, orders: Path) -> list[Runner]:
    """Everybody with that many threads: the workers load and warm up one after the other, then they race."""
    turns = random.Random(threads)
    with contextlib.ExitStack() as stack:
        runners = []
        for peer in PEERS:
            for form in forms(peer, chosen.every_form):
                runner = start(peer, form, threads, orders)
                stack.callback(runner.process.wait)
                stack.callback(runner.process.stdin.close)
                runner.reply()
                runner.warm_up()
                runners.append(runner)
        for _ in range(chosen.rounds):
            for runner in turns.sample(runners, len(runners)):
                runner.timed()
    return runners


def disagreements(runners: list[Runner], table: pa.Table, oracle_partners: int) -> list[str]:
    """Every answer against the first, and the first against the oracle. Prints what was compared."""
    first, *others = runners
    with np.load(first.answer) as saved:
        reference = dict(saved)
    found = [f"{runner.name}: its rounds differ" for runner in runners if len(runner.digests) > 1]
    for runner in others:
        if runner.digests != first.digests:
            with np.load(runner.answer) as saved:
                lines = differences(reference, dict(saved))
                found += [f"{first.name} against {runner.name}: {line}" for line in lines]
    partners = oracle.sample(table, oracle_partners)
    wrong, edges = oracle.problems(reference, table, partners)
    found += [f"{first.name}: {line}" for line in wrong]
    met = ", ".join(f"{count:,} {edge}" for edge, count in edges.items())
    print(
        f"Compared in {len(runners)} processes: the cents of {len(reference['cents']):,} orders and "
        f"{len(reference['total']):,} totals, {reference['cents'].sum() / 100:,.2f} in all.\n"
        f"By the oracle: {len(partners):,} partners; orders that met an edge: {met}."
    )
    return found


def report(runners: list[Runner]) -> None:
    """One line for each runner. `memory` is the peak over what the process held with the orders loaded."""
    first = runners[0]
    heads = ("min s", "median s", "cpu s", "ratio", "memory MB", "peak RSS MB")
    print(f"\nthreads  {'peer and form':32}" + "".join(f"{head:>12}" for head in heads))
    for runner in runners:
        figures = (
            f"{min(runner.seconds):.3f}",
            f"{median(runner.seconds):.3f}",
            f"{median(runner.cpu_seconds):.3f}",
            f"{median(theirs / ours for theirs, ours in zip(runner.seconds, first.seconds)):.2f}x",
            f"{(runner.peak_bytes - runner.held_bytes) / 1e6:,.0f}",
            f"{runner.peak_bytes / 1e6:,.0f}",
        )
        print(f"{runner.threads:>7}  {runner.name:32}" + "".join(f"{figure:>12}" for figure in figures))


def arguments() -> argparse.Namespace:
    def positive(text: str) -> int:
        number = int(text)
        if number < 1:
            raise argparse.ArgumentTypeError("must be at least 1")
        return number

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=positive, default=5_000_000)
    parser.add_argument("--partners", type=positive, default=50_000)
    parser.add_argument("--rounds", type=positive, default=7, help="timed rounds, after one untimed")
    parser.add_argument("--oracle-partners", type=positive, default=200, help="partners rated again by the oracle")
    parser.add_argument("--threads", choices=("one", "all", "both"), default="both")
    parser.add_argument("--every-form", action="store_true", help="also the slower ways of writing the peers")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    counts = sorted({"one": {1}, "all": {cores}, "both": {1, cores}}[chosen.threads])
    print(
        f"{chosen.orders:,} orders of {chosen.partners:,} partners, {chosen.rounds} rounds; "
        f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}"
    )
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET, prefix="peers-") as folder:
        orders = Path(folder) / "orders.arrow"
        table = data.orders(chosen.orders, chosen.partners)
        with pa.ipc.new_file(orders, table.schema) as file:
            file.write_table(table)
        groups = [compete(threads, chosen, orders) for threads in counts]
        found = disagreements([runner for group in groups for runner in group], table, chosen.oracle_partners)
    for group in groups:
        report(group)
    for line in found:
        print(f"DIFFERENCE  {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
