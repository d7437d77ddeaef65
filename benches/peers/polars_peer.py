"""The plan in Polars, in the forms that were measured.

`prepare(table, form, threads)` loads the orders, in whatever types suit Polars best, and returns a function that rates
them: the part that is timed. FORMS starts with the fastest.

Bounds: sums run in Int64, and `prepare` refuses orders whose volumes, times the highest rate and factor, would not fit.
After the cap a commission is at most CAP and fits an Int32, where the division is cheaper.
"""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pyarrow as pa

from data import MONTH_EDGES
from plan import CAP, FACTORS, HALF, MONTHS, MULTIPLIERS, RISES, TOP_RATE, UNIT, USUAL_FACTOR
from rated import Rated

PARTNER, TIME, AMOUNT = pl.col("partner"), pl.col("time"), pl.col("amount")
BEFORE, AFTER = pl.col("before"), pl.col("after")
# Partner and month in one integer: one key is cheaper to group by than two.
PARTNER_MONTH = PARTNER * 16 + TIME.dt.month()


def cents() -> pl.Expr:
    """An order's cents from its month's volume `before` and `after` it, its `amount` and its `category`."""
    rated = AMOUNT * TOP_RATE
    for at, rise in RISES:
        rated -= (pl.min_horizontal(AFTER, at) - pl.min_horizontal(BEFORE, at)) * rise
    factor = pl.lit(USUAL_FACTOR)
    for category, value in FACTORS.items():
        factor = pl.when(pl.col("category") == category).then(value).otherwise(factor)
    capped = pl.min_horizontal(rated * factor, CAP).cast(pl.Int32)
    # Half-even: half a cent more rounds half up, so an even quotient gets one unit less.
    return ((capped + (HALF - 1) + ((capped // UNIT) & 1)) // UNIT).cast(pl.Int64)


def months(orders: pl.DataFrame) -> Iterator[tuple[int, int, pl.DataFrame]]:
    """Each month's number, first row and rows: as the orders are sorted by time, thirteen binary searches."""
    rows = orders["time"].search_sorted(pl.Series(MONTH_EDGES).dt.replace_time_zone("UTC"))
    for month, (start, end) in enumerate(zip(rows, rows[1:]), start=1):
        yield month, start, orders.slice(start, end - start)


def scanned(keyed: pl.DataFrame, key: pl.Expr) -> pl.LazyFrame:
    """The `cents` of orders sorted by `key`: one running sum, less its value where the key's group starts."""
    starts = (key != key.shift(1)).fill_null(True)
    return (
        keyed.lazy()
        .with_columns(after=AMOUNT.cum_sum())
        .with_columns(before=AFTER - AMOUNT)
        .with_columns(base=pl.when(starts).then(BEFORE).forward_fill())
        .with_columns(before=BEFORE - pl.col("base"), after=AFTER - pl.col("base"))
        .select(key, cents=cents())
    )


def by_key(orders: pl.DataFrame, key: pl.Expr) -> tuple[np.ndarray, pl.DataFrame]:
    """The orders sorted by (`key`, row), and the rows they came from. Key and row share one Int64: that sort is the
    fastest that Polars has, and stable by construction."""
    bits = orders.height.bit_length()
    packed = orders.select((key * (1 << bits) + pl.int_range(pl.len())).sort()).to_series()
    row = (packed & ((1 << bits) - 1)).cast(pl.UInt32)
    columns = {name: orders[name].gather(row) for name in ("amount", "category")}
    return row.to_numpy(), pl.DataFrame({"key": packed // (1 << bits)} | columns)


def sorted_months(orders: pl.DataFrame) -> Rated:
    """By hand: each month sorted by partner, one scan, the cents scattered back to their rows."""
    out, totals = np.empty(orders.height, np.int64), []
    for month, start, part in months(orders):
        rows, keyed = by_key(part, PARTNER)
        result = scanned(keyed, pl.col("key")).collect()
        partner, paid = result["key"], result["cents"]
        out[start : start + part.height][rows] = paid.to_numpy()
        last = (partner != partner.shift(-1)).fill_null(True)
        total = paid.cum_sum().filter(last)
        columns = {"partner": partner.filter(last), "total": total - total.shift(1, fill_value=0)}
        totals.append(pl.DataFrame(columns).with_columns(month=pl.lit(month, pl.Int8)))
    return Rated(out, pl.concat(totals).to_arrow())


def sorted_once(orders: pl.DataFrame) -> Rated:
    """By hand, without the months: one sort by partner and month."""
    out = np.empty(orders.height, np.int64)
    rows, keyed = by_key(orders, PARTNER_MONTH)
    result = scanned(keyed, pl.col("key")).collect()
    out[rows] = result["cents"].to_numpy()
    return Rated(out, split(result.group_by("key").agg(total=pl.col("cents").sum())))


def windowed(orders: pl.LazyFrame, key: str) -> pl.LazyFrame:
    return (
        orders.with_columns(after=AMOUNT.cum_sum().over(key))
        .with_columns(before=AFTER - AMOUNT)
        .select(key, cents=cents())
    )


def window_months(engine: str) -> Callable[[pl.DataFrame], Rated]:
    """A window function over the partner, month by month."""

    def rate(orders: pl.DataFrame) -> Rated:
        out, totals = np.empty(orders.height, np.int64), []
        for month, start, part in months(orders):
            result = windowed(part.lazy(), "partner").collect(engine=engine)
            out[start : start + part.height] = result["cents"].to_numpy()
            total = result.lazy().group_by("partner").agg(total=pl.col("cents").sum(), month=pl.lit(month, pl.Int8))
            totals.append(total.collect(engine=engine))
        return Rated(out, pl.concat(totals).to_arrow())

    return rate


def window(engine: str) -> Callable[[pl.DataFrame], Rated]:
    """What one would write first: a window function over partner and month, then a group-by."""

    def rate(orders: pl.DataFrame) -> Rated:
        result = windowed(orders.lazy().with_columns(key=PARTNER_MONTH), "key").collect(engine=engine)
        totals = result.lazy().group_by("key").agg(total=pl.col("cents").sum()).collect(engine=engine)
        return Rated(result["cents"].to_numpy(), split(totals))

    return rate


def split(totals: pl.DataFrame) -> pa.Table:
    key = pl.col("key")
    return totals.select("total", partner=key // 16, month=(key % 16).cast(pl.Int8)).to_arrow()


FORMS = {
    "sorted-months": sorted_months,
    "window": window("streaming"),
    "window-months": window_months("streaming"),
    "window-months-in-memory": window_months("in-memory"),
    "sorted-once": sorted_once,
    "window-in-memory": window("in-memory"),
}


def prepare(table: pa.Table, form: str, threads: int) -> Callable[[], Rated]:
    if pl.thread_pool_size() != threads:
        raise RuntimeError("set POLARS_MAX_THREADS before Polars is imported")
    orders = pl.from_arrow(table, rechunk=True).with_columns(pl.col("category").cast(pl.Enum(list(MULTIPLIERS))))
    volume = orders["amount"].sum() * TOP_RATE * max(USUAL_FACTOR, *FACTORS.values())
    key = (orders["partner"].max() * 16 + MONTHS) << orders.height.bit_length()
    if max(volume, key) >= 1 << 63 or orders["amount"].min() < 0 or orders["partner"].min() < 0:
        raise OverflowError("these orders do not fit the Int64 arithmetic of this peer")
    rate = FORMS[form]
    return lambda: rate(orders)
