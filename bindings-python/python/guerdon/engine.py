"""Compiled plans and workflows: the fast door, for events one by one and for tables.

A ``Plan`` is compiled once. Its ``State`` is what the host keeps between calls, as the text that
``State.to_json`` gives. ``Plan.evaluate`` takes events one by one, ``Plan.run`` takes a table of
them from pyarrow, polars, pandas or DuckDB. A ``Workflow`` is compiled once too; what the host
keeps of an instance is its snapshot, as text.
"""

from ._native import Columns, Earnings, Plan, Roster, State, Workflow

__all__ = ["Columns", "Earnings", "Plan", "Roster", "State", "Workflow"]
