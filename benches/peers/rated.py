"""What a peer hands back, and how two answers are held against each other: cent by cent."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class Rated:
    """`cents`: int64, one per order, in input order. `totals`: one row per partner and month with orders, in any row
    order, in columns `partner`, `month` (1 to 12) and `total` (cents)."""

    cents: np.ndarray
    totals: pa.Table

    def canonical(self) -> dict[str, np.ndarray]:
        """Both answers as int64 arrays, the totals sorted by partner and month. Not part of what is timed."""
        columns = {name: self.totals[name].to_numpy().astype(np.int64) for name in ("partner", "month", "total")}
        order = np.lexsort((columns["month"], columns["partner"]))
        return {"cents": self.cents.astype(np.int64)} | {name: column[order] for name, column in columns.items()}

    def save(self, path: Path) -> None:
        np.savez(path, **self.canonical())


def differences(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> Iterator[str]:
    """One line for each array in which two canonical answers differ, with the first place where they do."""
    for name, expected in left.items():
        found = right[name]
        if expected.shape != found.shape:
            yield f"{name}: {len(expected):,} rows against {len(found):,}"
            continue
        rows = np.flatnonzero(expected != found)
        if len(rows):
            first = rows[0]
            yield f"{name}: {len(rows):,} rows differ, first row {first}: {expected[first]} against {found[first]}"
