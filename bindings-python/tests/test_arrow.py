"""Tables in and out: every Arrow producer, every layout, and everything that can be wrong with one."""

from __future__ import annotations

import ctypes
import io
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from engines import DOCUMENT, Order, cents, orders, roster

import guerdon
from guerdon import GuerdonError, Plan

ORDERS = orders(300)
DICTIONARY = pa.dictionary(pa.int8(), pa.string())


def table(rows: list[Order] = ORDERS) -> pa.Table:
    def column(name: str, type: pa.DataType) -> pa.Array:
        return pa.array([getattr(row, name) for row in rows], type)

    return pa.table(
        {
            "note": pa.array([0.5] * len(rows)),
            "at": column("at", pa.timestamp("us", "UTC")),
            "partner": column("partner", DICTIONARY),
            "customer": column("customer", pa.string()),
            "amount": column("amount", pa.decimal128(18, 2)),
            "net": column("net", pa.decimal128(18, 4)),
            "quantity": column("quantity", pa.int16()),
            "kind": column("kind", DICTIONARY),
            "order.channel": column("channel", DICTIONARY),
            "order.weight": column("weight", pa.decimal128(10, 3)),
            "order.paid_on": column("paid_on", pa.date32()),
            "order.shipping": column("shipping", pa.decimal128(8, 2)),
            "order.parcels": column("parcels", pa.int8()),
            "customer.new": column("new", pa.bool_()),
        }
    )


def replaced(name: str, column: Any, rows: list[Order] = ORDERS) -> pa.Table:
    whole = table(rows)
    return whole.set_column(whole.column_names.index(name), name, column)


def earned(producer: Any) -> tuple[dict[str, Any], list[Any], str]:
    plan = Plan(DOCUMENT)
    state = plan.new_state()
    run = plan.run(producer, state, roster())
    return pa.table(run).to_pydict(), pa.table(run.overrides).to_pylist(), state.to_json()


@pytest.fixture(scope="module")
def expected() -> tuple[dict[str, Any], list[Any], str]:
    """What the events earn one by one."""
    plan, partners = Plan(DOCUMENT), roster()
    state = plan.new_state()
    earnings: dict[str, list[int]] = {"commission_minor": [], "lost_minor": []}
    overrides = []
    for row, order in enumerate(ORDERS):
        outcome = plan.evaluate(order.event(row), state, partners)
        earnings["commission_minor"].append(cents(outcome.total))
        earnings["lost_minor"].append(sum(cents(lost.amount) for lost in outcome.lost))
        overrides += [
            {"row": row, "partner": line.partner, "level": line.level, "amount_minor": cents(line.amount)}
            for line in outcome.lines
            if line.level > 0
        ]
    assert len(overrides) > 50 and sum(earnings["lost_minor"]) > 0
    return earnings, overrides, state.to_json()


def chunked(whole: pa.Table) -> pa.Table:
    """Three chunks, one of them empty, whose dictionaries differ."""
    parts = [whole.slice(0, 7), whole.slice(7, 0), whole.slice(7)]
    columns = {}
    for name in whole.column_names:
        column = whole[name]
        if pa.types.is_dictionary(column.type):
            pieces = [pa.chunked_array([part[name].cast(pa.string())]).dictionary_encode() for part in parts]
            columns[name] = pa.chunked_array([chunk for piece in pieces for chunk in piece.chunks])
        else:
            columns[name] = pa.chunked_array([chunk for part in parts for chunk in part[name].chunks])
    return pa.table(columns)


def with_minor_units(whole: pa.Table) -> pa.Table:
    for name in ("amount", "net"):
        minor = [int(value * 100) for value in whole[name].to_pylist()]
        whole = whole.drop_columns([name]).append_column(f"{name}_minor", pa.array(minor, pa.uint32()))
    return whole


def in_unit(unit: str) -> Callable[[pa.Table], pa.Table]:
    def cast(whole: pa.Table) -> pa.Table:
        at = whole["at"].cast(pa.timestamp("us", "Asia/Kathmandu"))
        if unit == "ns":
            at = at.cast(pa.timestamp("ns", "Asia/Kathmandu"))
        return whole.set_column(1, "at", at)

    return cast


def with_strings_of(type: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    def cast(whole: pa.Table) -> pa.Table:
        for index, name in enumerate(whole.column_names):
            if name in ("partner", "customer", "kind", "order.channel"):
                column = whole[name].cast(pa.string())
                if pa.types.is_dictionary(type):
                    column = column.dictionary_encode().cast(type)
                else:
                    column = column.cast(type)
                whole = whole.set_column(index, name, column)
        return whole

    return cast


def all_text(whole: pa.Table) -> pa.Table:
    """As a CSV file has it: instants, amounts, numbers and dates are text, one of them a dictionary."""
    for index, name in enumerate(whole.column_names):
        if name == "at":
            column = pa.array([at.isoformat() for at in whole[name].to_pylist()])
        elif name in ("amount", "net", "order.weight", "order.paid_on", "order.shipping"):
            texts = [None if value is None else str(value) for value in whole[name].to_pylist()]
            column = pa.array(texts, pa.string())
            if name == "net":
                column = column.dictionary_encode()
        else:
            continue
        whole = whole.set_column(index, name, column)
    return whole


def by_duckdb(whole: pa.Table) -> Any:
    connection = duckdb.connect()
    connection.execute("set timezone = 'Asia/Kathmandu'")
    connection.register("orders", whole)
    return connection.sql('select * from orders order by "at"')


FORMS: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow table": lambda whole: whole,
    "pyarrow record batch": lambda whole: whole.combine_chunks().to_batches()[0],
    "pyarrow reader": lambda whole: whole.to_reader(max_chunksize=50),
    "pyarrow chunks": chunked,
    "pyarrow slice": lambda whole: pa.concat_tables([whole.slice(0, 3), whole]).slice(3),
    "polars": pl.DataFrame,
    "polars, rechunked from parts": lambda whole: pl.concat([pl.DataFrame(whole[:9]), pl.DataFrame(whole[9:])]),
    "polars with a column of nulls": lambda whole: pl.DataFrame(whole).with_columns(note=None),
    "polars categories": lambda whole: pl.DataFrame(whole).with_columns(pl.col("partner", "kind").cast(pl.Categorical)),
    "polars enum": lambda whole: pl.DataFrame(whole).with_columns(
        pl.col("partner").cast(pl.String).cast(pl.Enum([f"p{number}" for number in range(6)]))
    ),
    "pandas": lambda whole: whole.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas, its own types": lambda whole: whole.to_pandas().astype({"order.parcels": "Int64"}),
    "duckdb": by_duckdb,
    "minor units": with_minor_units,
    "another zone": in_unit("us"),
    "nanoseconds": in_unit("ns"),
    "large strings": with_strings_of(pa.large_string()),
    "string views": with_strings_of(pa.string_view()),
    "text, as of a CSV file": all_text,
    "dictionaries of 16 bits": with_strings_of(pa.dictionary(pa.int16(), pa.string())),
    "dictionaries without sign": with_strings_of(pa.dictionary(pa.uint8(), pa.string())),
    "dictionaries of 64 bits": with_strings_of(pa.dictionary(pa.int64(), pa.large_string())),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_table_earns_what_its_events_earn_one_by_one(form: Callable[[pa.Table], Any], expected: Any) -> None:
    assert earned(form(table())) == expected


@pytest.mark.parametrize("unit", ["s", "ms"])
def test_coarser_times_are_converted(unit: str) -> None:
    rows = [Order(**{**vars(row), "at": row.at.replace(microsecond=0)}) for row in ORDERS]
    exact = table(rows)
    coarse = exact.set_column(1, "at", exact["at"].cast(pa.timestamp(unit, "UTC")))
    assert earned(coarse) == earned(exact)


def test_a_run_goes_on_from_the_state_of_another() -> None:
    plan, whole = Plan(DOCUMENT), table()
    state = plan.new_state()
    parts = [pa.table(plan.run(whole[start : start + 77], state, roster())) for start in range(0, 300, 77)]
    assert pa.concat_tables(parts).to_pydict() == earned(whole)[0]
    assert state.to_json() == earned(whole)[2]


def test_the_caller_keeps_the_table() -> None:
    whole = table()
    before = whole.to_pydict()
    assert earned(whole) == earned(whole)
    assert whole.to_pydict() == before


def test_ids_may_be_numbers() -> None:
    numbers = [int(row.partner[1:]) for row in ORDERS]
    plan = Plan({**DOCUMENT, "overrides": []})
    by_type = []
    for type in (pa.int64(), pa.int32(), pa.uint8(), pa.string()):
        state = plan.new_state()
        column = pa.array(numbers, pa.int64()).cast(type)
        run = plan.run(replaced("partner", column), state)
        by_type.append((pa.table(run).to_pydict(), state.to_json()))
    assert all(one == by_type[0] for one in by_type)


def test_totals_tell_what_was_paid() -> None:
    plan = Plan(DOCUMENT)
    state = plan.new_state()
    run = pa.table(plan.run(table(), state, roster()))
    totals = pa.table(plan.totals(state)).to_pylist()
    assert {one["meter"] for one in totals} == {"schedule/monthly", "cap/customer", "ladder"}
    by_customer = [one for one in totals if one["meter"] == "cap/customer"]
    assert sum(one["paid_minor"] for one in by_customer) == sum(run["commission_minor"].to_pylist())
    assert {one["window"] for one in by_customer} == {"lifetime"}
    february = [one for one in totals if one["meter"] == "schedule/monthly" and one["window"] == "2026-02"]
    assert [one["key"] for one in february] == sorted(one["key"] for one in february)
    assert february[0]["window_start"] == datetime(2026, 1, 31, 23, tzinfo=timezone.utc)
    assert february[0]["window_end"] == datetime(2026, 2, 28, 23, tzinfo=timezone.utc)
    assert isinstance(february[0]["measure"], int) and february[0]["measure_exact"] is None


def test_results_go_to_every_consumer() -> None:
    plan = Plan(DOCUMENT)
    state = plan.new_state()
    run = plan.run(table(), state, roster())
    commissions = pa.table(run)["commission_minor"].to_pylist()
    assert pl.DataFrame(run)["commission_minor"].to_list() == commissions
    assert pa.table(run).to_pandas()["commission_minor"].tolist() == commissions
    arrow = pa.table(run)
    assert duckdb.sql("select sum(commission_minor) from arrow").fetchall() == [(sum(commissions),)]
    assert pl.DataFrame(plan.totals(state)).height == len(plan.totals(state))
    assert plan.totals(state).names[:2] == ["meter", "key"]
    assert pa.schema(run).names == ["commission_minor", "lost_minor"]
    assert len(run) == 300 and repr(run) == "Earnings(300 rows)"
    assert repr(run.overrides).startswith(f"Columns({len(run.overrides)} rows: row, partner")


def test_an_empty_table_earns_nothing() -> None:
    assert earned(table([]))[0] == {"commission_minor": [], "lost_minor": []}
    assert earned(pl.DataFrame(table([])))[0] == {"commission_minor": [], "lost_minor": []}


def test_a_row_may_give_an_earlier_one_back() -> None:
    sold = [row for row in ORDERS if row.kind == "sale"][:2]
    rows = [sold[0], sold[1], sold[0]]
    given_back = table(rows).append_column("refund_of", pa.array([None, None, 0], pa.int64()))
    paid = earned(given_back)[0]["commission_minor"]
    assert paid[0] > 0 and paid[2] == -paid[0]
    forward = table(rows).append_column("refund_of", pa.array([1, None, None], pa.int64()))
    assert refusal(forward) == ("refund_of_unknown_sale", "/refund_of/0")


def refusal(producer: Any) -> tuple[str, str]:
    plan = Plan(DOCUMENT)
    state = plan.new_state()
    before = state.to_json()
    with pytest.raises(GuerdonError) as caught:
        plan.run(producer, state, roster())
    assert state.to_json() == before
    assert caught.value.hint
    return caught.value.code, caught.value.path


FEW = ORDERS[:3]
AT = [row.at for row in FEW]


@pytest.mark.parametrize(
    ("column", "values", "problem"),
    [
        ("at", pa.array(AT, pa.timestamp("us")), ("instant_without_offset", "/at")),
        ("at", pa.array([1, 2, 1_001], pa.timestamp("ns", "UTC")), ("instant_too_fine", "/at/0")),
        ("at", pa.array([0, 0, 2**62], pa.timestamp("s", "UTC")), ("instant_out_of_range", "/at/2")),
        ("at", pa.array([0, 2**60, 0], pa.timestamp("us", "UTC")), ("instant_out_of_range", "/at/1")),
        ("at", pa.array([AT[0], None, AT[2]], pa.timestamp("us", "UTC")), ("column_null", "/at/1")),
        ("at", pa.array([at.isoformat()[:19] for at in AT]), ("instant_without_offset", "/at/0")),
        ("at", pa.array(["2026-11-20T10:00:00Z", "soon", None]).dictionary_encode(), ("instant_invalid", "/at/1")),
        ("at", pa.array([at.isoformat() for at in AT[:2]] + [None]), ("column_null", "/at/2")),
        ("at", pa.array([at.date() for at in AT]), ("column_type_mismatch", "/at")),
        ("partner", pa.array(["a", None, "c"]), ("column_null", "/partner/1")),
        ("partner", pa.array(["a", "b", ""]), ("id_invalid", "/partner/2")),
        ("partner", pa.array([1.0, 2.0, 3.0]), ("float_refused", "/partner")),
        ("partner", pa.array([b"a", b"b", b"c"]), ("column_type_mismatch", "/partner")),
        ("amount", pa.array([1.5, 2.5, 3.5]), ("float_refused", "/amount")),
        ("amount", pa.array([1, 2, 3]), ("column_type_mismatch", "/amount")),
        ("amount", pa.array(["1", "2.005", "3"]), ("amount_too_fine", "/amount/1")),
        ("amount", pa.array(["1", "2", ".5"]), ("decimal_invalid", "/amount/2")),
        ("amount", pa.array([Decimal("1.000"), Decimal("1.005"), None]), ("amount_too_fine", "/amount/1")),
        ("amount", pa.array([Decimal(1), Decimal(2), None]), ("column_null", "/amount/2")),
        ("amount", pa.array([Decimal(10) ** 30, Decimal(2), Decimal(3)]), ("amount_too_large", "/amount/0")),
        ("amount", pa.array([Decimal(10) ** 60, Decimal(2), Decimal(3)]), ("amount_too_large", "/amount/0")),
        ("amount", pa.array([Decimal(1), Decimal(-2), Decimal(3)]), ("event_negative", "/amount_minor/1")),
        ("quantity", pa.array([1.0, 2.0, 3.0]), ("float_refused", "/quantity")),
        ("quantity", pa.array([1, 2, 2**64 - 1], pa.uint64()), ("integer_out_of_range", "/quantity/2")),
        ("kind", pa.array([1, 2, 3]), ("column_type_mismatch", "/kind")),
        ("kind", pa.array(["sale", "sale", "gift"]), ("variant_unknown", "/kind/2")),
        ("order.weight", pa.array([1.0, 2.0, 3.0]), ("float_refused", "/order.weight")),
        ("order.weight", pa.array(["1", "2", "3 kg"]), ("decimal_invalid", "/order.weight/2")),
        ("order.channel", pa.array([1, 2, 3]), ("column_type_mismatch", "/order.channel")),
        ("order.paid_on", pa.array(AT), ("column_type_mismatch", "/order.paid_on")),
        ("order.parcels", pa.array(["1", "2", "3"]), ("column_type_mismatch", "/order.parcels")),
        ("customer.new", pa.array([0, 1, 0]), ("column_type_mismatch", "/customer.new")),
    ],
)
def test_a_wrong_column_is_refused_at_its_place(column: str, values: pa.Array, problem: tuple[str, str]) -> None:
    assert refusal(replaced(column, values, FEW)) == problem


@pytest.mark.parametrize("type", [pa.float16(), pa.float32(), pa.float64()])
def test_floats_hold_no_money(type: pa.DataType) -> None:
    assert refusal(replaced("amount", pa.array([1, 2, 3]).cast(type), FEW)) == ("float_refused", "/amount")
    pandas = table(FEW).to_pandas().astype({"amount": "float64"})
    assert refusal(pandas) == ("float_refused", "/amount")


def test_a_missing_or_doubled_column_is_named() -> None:
    whole = table(FEW)
    for name in whole.column_names:
        if name in ("note", "net", "quantity", "kind"):
            assert len(earned(whole.drop_columns([name]))[0]["lost_minor"]) == 3
        else:
            shown = "amount_minor" if name == "amount" else name
            assert refusal(whole.drop_columns([name])) == ("column_missing", f"/{shown}")
    with pytest.raises(GuerdonError, match="the table has `note`, `at`, `partner`"):
        Plan(DOCUMENT).run(whole.drop_columns(["customer"]), Plan(DOCUMENT).new_state())
    assert refusal(whole.append_column("at", whole["at"])) == ("column_ambiguous", "/at")
    minor = whole.append_column("amount_minor", pa.array([1, 2, 3]))
    assert refusal(minor) == ("column_ambiguous", "/amount")


def test_columns_of_nothing_are_unknown_facts() -> None:
    whole = table(FEW)
    for name in ("order.channel", "order.weight", "order.paid_on", "order.shipping", "order.parcels", "customer.new"):
        typed = replaced(name, pa.nulls(3, whole[name].type), FEW)
        untyped = replaced(name, pa.nulls(3), FEW)
        assert earned(untyped) == earned(typed)
    for name in ("at", "partner", "amount", "customer", "kind", "quantity"):
        assert refusal(replaced(name, pa.nulls(3), FEW)) == ("column_null", f"/{name}/0")


def test_a_truncated_stream_is_a_problem() -> None:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table().schema) as writer:
        for batch in table().to_batches(max_chunksize=100):
            writer.write_batch(batch)
    whole = sink.getvalue()
    assert len(earned(pa.ipc.open_stream(whole))[0]["lost_minor"]) == 300
    schema_ends = 4_000
    for size in range(schema_ends, len(whole) - 9, len(whole) // 23):
        assert refusal(pa.ipc.open_stream(whole[:size])) == ("columns_broken", "")


def test_a_stream_that_fails_is_a_problem() -> None:
    def batches() -> Iterator[pa.RecordBatch]:
        yield from table().to_batches(max_chunksize=10)[:3]
        raise RuntimeError("the network went away")

    reader = pa.RecordBatchReader.from_batches(table().schema, batches())
    with pytest.raises(GuerdonError, match="the network went away") as caught:
        Plan(DOCUMENT).run(reader, Plan(DOCUMENT).new_state())
    assert caught.value.code == "columns_broken"


def test_broken_columns_are_problems() -> None:
    keys = pa.array([0, 9, -3], pa.int8())
    beyond = pa.DictionaryArray.from_arrays(keys, pa.array(["a", "b"]), safe=False)
    assert refusal(replaced("partner", beyond, FEW))[0] in ("column_code_invalid", "columns_broken")
    assert refusal(replaced("order.channel", beyond, FEW))[0] in ("column_code_invalid", "columns_broken")
    with_null = pa.DictionaryArray.from_arrays(pa.array([0, 9, None], pa.int8()), pa.array(["a", "b"]), safe=False)
    assert refusal(replaced("partner", with_null, FEW)) == ("column_code_invalid", "/partner/1")
    offsets = pa.py_buffer((ctypes.c_int32 * 4)(0, 2, 1, 3))
    backwards = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"abc")])
    assert refusal(replaced("partner", backwards, FEW)) == ("columns_broken", "/partner")
    offsets = pa.py_buffer((ctypes.c_int32 * 4)(0, 1, 2, 3))
    no_text = pa.Array.from_buffers(pa.string(), 3, [None, offsets, pa.py_buffer(b"a\xffc")])
    assert refusal(replaced("partner", no_text, FEW)) == ("columns_broken", "/partner")


def test_what_is_no_table_is_refused() -> None:
    for value in ({"at": []}, [1, 2], "at", None, pa.array([1, 2])):
        assert refusal(value)[0] in ("type_mismatch", "columns_broken")

    class Other:
        def __init__(self, capsule: object) -> None:
            self.capsule = capsule

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
            return self.capsule

    plan = Plan(DOCUMENT)
    for capsule in (None, table().schema.__arrow_c_schema__()):
        with pytest.raises((TypeError, ValueError)):
            plan.run(Other(capsule), plan.new_state())
    used = table().__arrow_c_stream__()
    plan.run(Other(used), plan.new_state())
    with pytest.raises(GuerdonError, match="released"):
        plan.run(Other(used), plan.new_state())


def long_table() -> pa.Table:
    """Many batches of 65,536 rows, so that a run looks up a few times."""
    return pa.concat_tables([table()] * 700).combine_chunks()


def test_progress_is_told_and_may_stop_the_run() -> None:
    plan, whole, told = Plan(DOCUMENT), long_table(), []
    state = plan.new_state()
    plan.run(whole, state, progress=lambda done, rows: told.append((done, rows)))
    rows = whole.num_rows
    assert told == [*((done, rows) for done in range(0, rows, 65_536)), (rows, rows)]

    stopped = plan.new_state()
    before = stopped.to_json()

    def stop(done: int, _: int) -> None:
        if done > 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plan.run(whole, stopped, progress=stop)
    assert stopped.to_json() == before


def test_a_state_is_busy_while_a_run_changes_it() -> None:
    plan, whole = Plan(DOCUMENT), long_table()
    state, codes = plan.new_state(), []

    def meddle(done: int, _: int) -> None:
        if done == 0:
            for call in (state.to_json, state.copy, lambda: plan.run(table(), state)):
                with pytest.raises(GuerdonError) as caught:
                    call()
                codes.append(caught.value.code)

    plan.run(whole, state, progress=meddle)
    assert codes == ["state_busy"] * 3
    assert len(state.to_json()) > 1_000


def test_other_threads_run_meanwhile() -> None:
    plan, whole = Plan(DOCUMENT), long_table()
    inside, go = threading.Event(), threading.Event()

    def wait(done: int, _: int) -> None:
        inside.set()
        assert go.wait(10)

    results: list[guerdon.Earnings] = []
    thread = threading.Thread(target=lambda: results.append(plan.run(whole, plan.new_state(), progress=wait)))
    thread.start()
    assert inside.wait(10)
    other = plan.run(table(), plan.new_state())
    go.set()
    thread.join()
    assert len(results[0]) == whole.num_rows and len(other) == 300


def test_times_keep_their_microseconds() -> None:
    """An order one microsecond before midnight in Berlin belongs to the month that ends."""
    edge = datetime(2026, 1, 31, 23, tzinfo=timezone.utc)
    rows = [Order(**{**vars(FEW[0]), "at": at, "kind": "sale"}) for at in (edge - timedelta(microseconds=1), edge)]
    plan = Plan(DOCUMENT)
    state = plan.new_state()
    plan.run(table(rows), state)
    ladder = [one["window"] for one in pa.table(plan.totals(state)).to_pylist() if one["meter"] == "ladder"]
    assert ladder == ["2026-01", "2026-02"]
