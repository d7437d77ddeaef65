"""The plan in DuckDB, in the forms that were measured.

`prepare(table, form, threads)` loads the orders into an in-memory table, in whatever types suit DuckDB best, and
returns a function that rates them: the part that is timed. FORMS starts with the fastest.

DuckDB checks every integer operation and cast for overflow, so the narrow types below are exact or an error.
A window's rows come back partition by partition; the row number that comes with them puts the cents in input order.
"""

from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow as pa

from data import MONTH_EDGES
from plan import CAP, FACTORS, HALF, MULTIPLIERS, RISES, TOP_RATE, UNIT, USUAL_FACTOR
from rated import Rated

# Partner and month in one integer: one key is cheaper to partition by than two.
PARTNER_MONTH = "partner * 16 + month(time)"
RUNNING = "rows between unbounded preceding and current row"


def cents(orders: str) -> str:
    """A query for `row`, `key` and `cents` over one that gives `row`, `key`, `amount`, `category` and `volume`, which
    is the volume of the order's month up to and including it."""
    rated = f"{TOP_RATE} * amount"
    for at, rise in RISES:
        rated += f" - (least(volume, {at}) - least(volume - amount, {at}))::integer * {rise}"
    cases = " ".join(f"when '{category}' then {factor}" for category, factor in FACTORS.items())
    factor = f"case category {cases} else {USUAL_FACTOR} end"
    # Half-even: half a cent more rounds half up, so an even quotient gets one unit less.
    return f"""
        select row, key, ((capped + {HALF - 1} + ((capped // {UNIT}) & 1)) // {UNIT})::bigint as cents
        from (select row, key, least(({rated}) * {factor}, {CAP}) as capped from ({orders}))"""


def windowed(source: str, key: str, where: str = "true", row: str = "rowid") -> str:
    volume = f"(sum(amount) over (partition by {key} order by {row} {RUNNING}))::bigint"
    return f"select {row} as row, {key} as key, amount, category, {volume} as volume from {source} where {where}"


def scanned(source: str, key: str, bits: int, where: str = "true") -> str:
    """The same without a partition: rows sorted by key and row in one integer, one running sum, less its value where
    the key's group starts. The windows go by the order of the subquery, which DuckDB keeps and SQL does not promise."""
    return f"""
        select packed & {(1 << bits) - 1} as row, packed >> {bits} as key, amount, category,
               (run - max(base) over ({RUNNING}))::bigint as volume
        from (select *, case when (packed >> {bits}) is distinct from lag(packed >> {bits}) over ()
                             then run - amount end as base
              from (select *, (sum(amount) over ({RUNNING}))::bigint as run
                    from (select (({key})::bigint << {bits}) + rowid as packed, amount, category
                          from {source} where {where} order by packed)))"""


def month_bounds() -> list[str]:
    edges = [f"timestamptz '{edge}+00'" for edge in MONTH_EDGES]
    return [f"time >= {start} and time < {end}" for start, end in zip(edges, edges[1:])]


class Orders:
    """The orders in DuckDB, as the Arrow table `arrow_orders` until `load` makes the table `orders` of them."""

    def __init__(self, table: pa.Table, threads: int):
        self.count = table.num_rows
        self.bits = self.count.bit_length()
        self.db = duckdb.connect(":memory:", config={"threads": threads})
        self.db.execute("set TimeZone = 'UTC'")
        categories = ", ".join(f"'{category}'" for category in MULTIPLIERS)
        self.db.execute(f"create type category as enum ({categories})")
        self.db.register("arrow_orders", table)

    def load(self, integer: str) -> None:
        columns = f"partner::{integer} as partner, time, amount::{integer} as amount, category::category as category"
        self.db.execute(f"create table orders as select {columns} from arrow_orders")
        self.db.unregister("arrow_orders")

    def arrow(self, query: str) -> pa.Table:
        return self.db.sql(query).to_arrow_table()

    def totals(self, result: pa.Table, columns: str) -> pa.Table:
        query = f"select {columns}, sum(cents)::bigint as total from result group by key"
        return self.db.from_arrow(result).query("result", query).to_arrow_table()


def scatter(result: pa.Table, out: np.ndarray) -> None:
    for batch in result.to_batches():
        out[batch.column("row").to_numpy()] = batch.column("cents").to_numpy()


def by_months(query: Callable[[Orders, str], str]) -> Callable[[Orders], Rated]:
    """One query a month: the rows of a month are found by its bounds, and only the partner is left to group by."""

    def rate(orders: Orders) -> Rated:
        out, totals = np.empty(orders.count, np.int64), []
        for month, bounds in enumerate(month_bounds(), start=1):
            result = orders.arrow(cents(query(orders, bounds)))
            scatter(result, out)
            totals.append(orders.totals(result, f"key as partner, {month} as month"))
        return Rated(out, pa.concat_tables(totals))

    return rate


def at_once(query: Callable[[Orders], str]) -> Callable[[Orders], Rated]:
    """One query for the whole year, and a group-by for the totals."""

    def rate(orders: Orders) -> Rated:
        out = np.empty(orders.count, np.int64)
        result = orders.arrow(cents(query(orders)))
        scatter(result, out)
        return Rated(out, orders.totals(result, "key // 16 as partner, key % 16 as month"))

    return rate


def ordered(orders: Orders) -> Rated:
    """As SQL alone would have it: `order by` restores the input order."""
    result = orders.arrow(cents(windowed("orders", PARTNER_MONTH)) + " order by row")
    return Rated(result["cents"].to_numpy(), orders.totals(result, "key // 16 as partner, key % 16 as month"))


def window_arrow(orders: Orders) -> str:
    """Straight over the Arrow table, without loading it; its rows are numbered as they stream by."""
    source = "(select *, row_number() over () - 1 as place from arrow_orders)"
    return windowed(source, PARTNER_MONTH, row="place")


# Form: (integer type to load the orders in, or none to leave them in Arrow; how to rate them).
FORMS = {
    "sorted-months": ("integer", by_months(lambda o, where: scanned("orders", "partner", o.bits, where))),
    "window": ("integer", at_once(lambda _: windowed("orders", PARTNER_MONTH))),
    "window-months": ("integer", by_months(lambda _, where: windowed("orders", "partner", where))),
    "window-months-wide": ("bigint", by_months(lambda _, where: windowed("orders", "partner", where))),
    "sorted-once": ("integer", at_once(lambda o: scanned("orders", PARTNER_MONTH, o.bits))),
    "window-ordered": ("integer", ordered),
    "window-arrow": (None, at_once(window_arrow)),
}


def prepare(table: pa.Table, form: str, threads: int) -> Callable[[], Rated]:
    integer, rate = FORMS[form]
    orders = Orders(table, threads)
    if integer:
        orders.load(integer)
    return lambda: rate(orders)
