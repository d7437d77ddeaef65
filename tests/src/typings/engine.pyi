
class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

_Table: TypeAlias = _ArrowStream | _ArrowArray
"""Any Arrow producer: a table of pyarrow, polars, pandas or DuckDB."""

@final
class Plan:
    """A commission plan, compiled."""

    def __new__(cls, document: DocumentInput) -> Plan:
        """Compiles a plan, given as JSON text or as a dict.

        Raises:
            GuerdonError: every problem of the document, each with its place.
        """
    def to_json(self) -> str:
        """The document as JSON text."""
    @property
    def reference(self) -> PlanReference:
        """The document's id, version and hash."""
    def describe(self) -> PlanDescription:
        """What the plan reads, keeps, and may be cut by."""
    def new_state(self) -> State:
        """A state in which nothing has happened yet."""
    def state_from_json(self, text: str) -> State:
        """Reads a state that `State.to_json` wrote.

        Raises:
            GuerdonError: what is wrong with it; `state_mismatch` if it is of another plan.
        """
    def evaluate(self, event: Event, state: State, roster: Roster | None = None, explain: bool = False) -> Outcome:
        """Evaluates an event and remembers it in the state.

        Args:
            event: What happened.
            state: What happened before; changed, unless the event is refused.
            roster: The host's partners; a partner who is not in it is active, without a sponsor.
            explain: Whether to say why, step by step.

        Raises:
            GuerdonError: what is wrong with the event, at its place in it.
        """
    def preview(self, event: Event, state: State, roster: Roster | None = None) -> Outcome:
        """What an event would earn, step by step, without remembering it."""
    def refund(self, refund: Refund, posted: Sequence[Line], state: State, roster: Roster | None = None) -> Outcome:
        """Takes back what a refund makes undue.

        Args:
            refund: What is given back.
            posted: The lines of the refunded event, earlier reversals included.
            state: What happened before; changed, unless the refund is refused.
            roster: The host's partners.

        Raises:
            GuerdonError: what is wrong with the refund or the lines.
        """
    def run(
        self,
        table: _Table,
        state: State,
        roster: Roster | None = None,
        *,
        progress: Callable[[int, int], object] | None = None,
    ) -> Earnings:
        """Evaluates a table of events in its order and remembers them in the state.

        Each row is an event of one line. The plan reads these columns and leaves all others
        alone:

        - `at`: a timestamp with a time zone, in any unit.
        - `partner`: integers or text (a dictionary or categorical of text is fastest).
        - `amount_minor`: integers in minor units (cents); or `amount`: decimals.
        - `net_minor` or `net`: likewise; the amount, if neither is there.
        - `quantity`: integers; 1, if it is not there.
        - `kind`: `"sale"`, `"renewal"`, ...; `"sale"`, if it is not there.
        - `customer`: needed if a cap or a condition asks for the customer.
        - `refund_of`: the number, from 0, of the earlier row that a row gives back, whose amount
          is then what is refunded; null for everything else.
        - the facts that conditions read, by their names, such as `item.category`,
          `customer.country` and the plan's own; nulls are unknown.

        Floats are refused where an exact number is wanted.

        Args:
            table: Any Arrow producer: pyarrow, polars, pandas (with pyarrow), DuckDB.
            state: What happened before; changed only if the whole table is.
            roster: The host's partners.
            progress: Called with the number of rows done and of all rows, every 65,536 rows.
                What it raises stops the run, as Ctrl-C does.

        Raises:
            GuerdonError: what is wrong with a column or a row, at `/column/row`.
        """
    def totals(self, state: State, roster: Roster | None = None) -> Columns:
        """The sums of a state: what every partner, customer or the program has in every window.

        Columns: `meter` (`schedule/NAME`, `cap/ID` or `ladder`), `key` (the partner or customer),
        `ordinal` and `window` (the number and the name of the window), `window_start`,
        `window_end`, `measure` (minor units of a volume, else lines or quantity), `measure_exact`
        (where that is no integer) and `paid_minor` (what was posted).
        """
    def tier(self, partner: IdInput, state: State) -> str | None:
        """The tier that a partner holds, as far as events have shown; none below the first."""

@final
class State:
    """What a plan remembers between events.

    Only one call at a time may change a state; another one is refused with `state_busy`. It
    pickles with its plan.
    """

    def to_json(self) -> str:
        """The text to store; `Plan.state_from_json` reads it."""
    def copy(self) -> State:
        """Another state with the same content."""
    def __copy__(self) -> State: ...
    def __deepcopy__(self, memo: dict[int, Any], /) -> State: ...

@final
class Roster:
    """The host's partners: sponsors, status, tiers given by hand."""

    def __new__(cls, partners: Sequence[Partner]) -> Roster:
        """Takes the host's records.

        Raises:
            GuerdonError: `id_duplicate` or `sponsor_cycle`, at the record.
        """
    def get(self, partner: IdInput) -> Partner | None:
        """The record of a partner, if there is one."""
    def __len__(self) -> int: ...

@final
class Columns:
    """Columns that any Arrow consumer takes: `pyarrow.table(columns)`, `polars.DataFrame(columns)`."""

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class Earnings:
    """What a run earned, row by row: an Arrow stream of `commission_minor` and `lost_minor`.

    `pyarrow.table(earnings)`, `polars.DataFrame(earnings)` and others take it as it is.
    """

    @property
    def overrides(self) -> Columns:
        """What sponsors earned: columns `row`, `partner`, `level` and `amount_minor`."""
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...
