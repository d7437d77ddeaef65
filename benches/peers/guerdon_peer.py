"""The plan in guerdon: a plan document, compiled, and one run over the Arrow table.

`prepare(table, form, threads)` gives the columns the names that guerdon reads and returns a function that rates the
orders into a new state: the part that is timed. A run has one thread, however many are offered.
"""

from collections.abc import Callable
from fractions import Fraction

import guerdon
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plan import MULTIPLIERS, ORDER_CAP_CENTS, STEPS
from rated import Rated

COLUMNS = {"time": "at", "amount": "amount_minor", "category": "item.category"}


def amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def multiplier(category: str, factor: Fraction) -> dict:
    condition = {"op": "eq", "args": [{"fact": "item.category"}, {"string": category}]}
    return {"id": category, "when": condition, "factor": {"ratio": str(factor)}}


def document() -> dict:
    schedule = {
        "measure": "volume",
        "window": {"type": "calendar", "unit": "month"},
        "rates": {
            "mode": "marginal",
            "steps": [{"from": amount(at), "rate": {"ratio": str(rate)}} for at, rate in STEPS],
        },
    }
    rule = {"id": "by-month", "pay": {"type": "schedule", "schedule": "monthly"}}
    return {
        "format": "guerdon.plan/1",
        "id": "peers",
        "version": 1,
        "currency": "USD",
        "zone": "UTC",
        "rounding": "half_even",
        "schedules": {"monthly": schedule},
        "groups": [{"id": "orders", "combine": "first", "rules": [rule]}],
        "multipliers": [multiplier(category, factor) for category, factor in MULTIPLIERS.items() if factor != 1],
        "caps": [{"id": "order", "scope": "order", "max": amount(ORDER_CAP_CENTS)}],
    }


def decoded(column: pa.ChunkedArray, numbers: Callable[[pa.StringArray], pa.Array]) -> np.ndarray:
    """A dictionary of words as the numbers that they stand for."""
    coded = column.combine_chunks()
    return numbers(coded.dictionary).to_numpy()[coded.indices.to_numpy()]


def run(plan: guerdon.Plan, orders: pa.Table) -> Rated:
    state = plan.new_state()
    cents = pa.table(plan.run(orders, state))["commission_minor"].to_numpy()
    totals = pa.table(plan.totals(state))
    columns = {
        "partner": decoded(totals["key"], lambda ids: ids.cast(pa.int64())),
        "month": decoded(totals["window"], lambda labels: pc.utf8_slice_codeunits(labels, 5).cast(pa.int8())),
        "total": totals["paid_minor"],
    }
    return Rated(cents, pa.table(columns))


FORMS = {"run": run}


def prepare(table: pa.Table, form: str, threads: int) -> Callable[[], Rated]:
    orders = table.rename_columns([COLUMNS.get(name, name) for name in table.column_names])
    plan = guerdon.Plan(document())
    return lambda: FORMS[form](plan, orders)
