"""The orders that every peer rates: one Arrow table, seeded, the same for everybody.

Sorted by time over the year 2025 (UTC), in memory, in the types that a warehouse hands over: 64-bit partner ids and
cents, microsecond timestamps, a dictionary of categories. Partners differ in size (log-normal weights), so that every
step of the schedule, every multiplier and the cap are used.
"""

import numpy as np
import pyarrow as pa

from plan import MULTIPLIERS

SEED = 20250101

# Thirteen instants: month m (1 to 12) is MONTH_EDGES[m - 1] <= time < MONTH_EDGES[m].
MONTH_EDGES = np.arange("2025-01", "2026-02", dtype="datetime64[M]").astype("datetime64[us]")

# Shares of the orders by category, in the order of MULTIPLIERS.
CATEGORY_SHARES = (0.20, 0.12, 0.12, 0.18, 0.08, 0.10, 0.10, 0.10)


def orders(count: int, partners: int, seed: int = SEED) -> pa.Table:
    """`count` orders of `partners` partners: columns `partner` (int64, 1 to `partners`), `time` (timestamp[us, UTC],
    ascending, ties possible), `amount` (int64 cents, 1.00 to 500.00, skewed to the right) and `category`."""
    rng = np.random.default_rng(seed)
    start, end = MONTH_EDGES[[0, -1]].astype(np.int64)
    time = start + np.sort(rng.integers(0, end - start, count))

    weight = np.cumsum(rng.lognormal(0.0, 1.2, partners))
    partner = 1 + np.searchsorted(weight, rng.random(count) * weight[-1], side="right").clip(max=partners - 1)

    amount = np.rint(rng.lognormal(8.3, 0.9, count)).clip(1_00, 500_00).astype(np.int64)
    category = rng.choice(len(MULTIPLIERS), count, p=CATEGORY_SHARES).astype(np.int8)
    return pa.table(
        {
            "partner": pa.array(partner),
            "time": pa.array(time).cast(pa.timestamp("us", tz="UTC")),
            "amount": pa.array(amount),
            "category": pa.DictionaryArray.from_arrays(pa.array(category), pa.array(list(MULTIPLIERS))),
        }
    )
