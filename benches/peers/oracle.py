"""A slow, independent reading of the plan: fractions, one order at a time, no code shared with a peer.

It rates the orders of some partners, the largest among them, and says how often each edge of the plan was met, so that
an agreement means something.
"""

from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np
import pyarrow as pa

from plan import MULTIPLIERS, ORDER_CAP_CENTS, STEPS


def sample(table: pa.Table, count: int, seed: int = 1) -> np.ndarray:
    """The ids of `count` partners with orders: the ten largest by volume, the others at random."""
    ids, index = np.unique(table["partner"].to_numpy(), return_inverse=True)
    if count >= len(ids):
        return ids
    volume = np.bincount(index, weights=table["amount"].to_numpy())
    largest = ids[np.argsort(-volume, kind="stable")[: min(10, count)]]
    others = np.setdiff1d(ids, largest)
    return np.concatenate([largest, np.random.default_rng(seed).choice(others, count - len(largest), replace=False)])


def on_volume(volume: int) -> Fraction:
    """Cents earned by a month's volume of that many cents, before multiplier, cap and rounding."""
    ends = [start for start, _ in STEPS[1:]] + [None]
    earned = Fraction(0)
    for (start, rate), end in zip(STEPS, ends):
        reached = volume if end is None else min(volume, end)
        earned += max(0, reached - start) * rate
    return earned


def rate(table: pa.Table, partners: np.ndarray):
    """Rate the orders of `partners`. Returns their row numbers, their cents, the totals by (partner, month), and how
    many orders met each edge of the plan."""
    rows = np.flatnonzero(np.isin(table["partner"].to_numpy(), partners))
    chosen = table.take(rows).to_pydict()
    volumes: dict[tuple, int] = defaultdict(int)
    totals: dict[tuple, int] = defaultdict(int)
    edges: Counter = Counter(crossed=0, multiplied=0, capped=0, tied=0)
    cents = []
    for partner, time, amount, category in zip(*(chosen[name] for name in ("partner", "time", "amount", "category"))):
        month = (partner, time.month)
        before, after = volumes[month], volumes[month] + amount
        volumes[month] = after
        exact = (on_volume(after) - on_volume(before)) * MULTIPLIERS[category]
        paid = round(min(exact, Fraction(ORDER_CAP_CENTS)))  # Python rounds a Fraction half-even
        cents.append(paid)
        totals[month] += paid
        edges["crossed"] += any(before < start <= after for start, _ in STEPS[1:])
        edges["multiplied"] += MULTIPLIERS[category] != 1
        edges["capped"] += exact > ORDER_CAP_CENTS
        edges["tied"] += exact.denominator == 2 and exact < ORDER_CAP_CENTS
    return rows, np.array(cents, dtype=np.int64), dict(totals), edges


def problems(answer: dict[str, np.ndarray], table: pa.Table, partners: np.ndarray) -> tuple[list[str], Counter]:
    """How a canonical answer differs from the oracle on `partners`, and the edges those orders met."""
    rows, cents, totals, edges = rate(table, partners)
    found = []
    wrong = np.flatnonzero(answer["cents"][rows] != cents)
    if len(wrong):
        first = wrong[0]
        found.append(
            f"cents: {len(wrong):,} of {len(rows):,} orders differ from the oracle, first row {rows[first]}: "
            f"{cents[first]} against {answer['cents'][rows[first]]}"
        )
    held = np.isin(answer["partner"], partners)
    columns = (answer[name][held].tolist() for name in ("partner", "month", "total"))
    given = {(partner, month): total for partner, month, total in zip(*columns)}
    if given != totals:
        odd = sorted(key for key in given.keys() | totals.keys() if given.get(key) != totals.get(key))
        found.append(f"totals: {len(odd):,} differ from the oracle, first (partner, month) {odd[0]}")
    return found, edges
