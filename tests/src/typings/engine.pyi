
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
    def reinstate(
        self, reinstatement: Reinstatement, posted: Sequence[Line], state: State, roster: Roster | None = None
    ) -> Outcome:
        """Gives again what a refund took back that was undone, such as a chargeback that was won.

        Args:
            reinstatement: Which refund is undone.
            posted: The lines of the refunded event, reversals and earlier reinstatements included, in the
                order in which they were given out.
            state: What happened before; changed, unless the reinstatement is refused.
            roster: The host's partners.

        Raises:
            GuerdonError: what is wrong with the reinstatement or the lines.
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

@final
class Workflow:
    """A workflow, compiled: for hosts that keep a document and let many events happen.

    It holds no instance, so one serves any number of them. A snapshot goes in as the text that was
    stored, or as a dict; `WorkflowOutcome.snapshot` is its text.
    """

    def __new__(cls, document: DocumentInput) -> Workflow:
        """Compiles a workflow, given as JSON text or as a dict.

        Raises:
            GuerdonError: every problem of the document, each with its place.
        """
    def to_json(self) -> str:
        """The document as JSON text."""
    @property
    def reference(self) -> WorkflowReference:
        """The document's id, version and hash."""
    def describe(self) -> WorkflowDescription:
        """What it is made of."""
    def validate(self) -> WorkflowFindings:
        """What is probably not meant; a workflow that cannot be used is no `Workflow`."""
    def start(
        self,
        instance: IdInput,
        at: InstantInput,
        *,
        data: Mapping[str, FactValue] | None = None,
        facts: Mapping[str, FactValue] | None = None,
        log: bool = False,
    ) -> WorkflowOutcome:
        """Begins an instance.

        Args:
            instance: The host's id of it, unique among all.
            at: When it starts.
            data: What it remembers from the start, in the place of the first values.
            facts: What is known at the start.
            log: Whether to tell everything that happened.

        Raises:
            GuerdonError: what is wrong with them, at its place.
        """
    def apply(
        self, snapshot: DocumentInput, event: WorkflowEvent, at: InstantInput, *, log: bool = False
    ) -> WorkflowOutcome:
        """Lets an event, a step's end or time change an instance.

        Args:
            snapshot: Where it stood after the last call.
            event: What happens.
            at: When: now.
            log: Whether to tell everything that happened.

        Raises:
            GuerdonError: what is wrong with them; the snapshot that the host has stays good.
        """
    def replay(
        self,
        instance: IdInput,
        at: InstantInput,
        history: Sequence[WorkflowHappening],
        *,
        data: Mapping[str, FactValue] | None = None,
        facts: Mapping[str, FactValue] | None = None,
        log: bool = False,
    ) -> WorkflowReplay:
        """Plays the history of an instance from its beginning."""
    def run(
        self, snapshots: Sequence[DocumentInput], event: WorkflowEvent, at: InstantInput
    ) -> WorkflowRun:
        """Lets the same event, or time, change many instances; one that cannot be advanced says why."""
    def next_due(self, snapshot: DocumentInput) -> WorkflowDue:
        """When something is due next, and everything that is."""
    def accepts(
        self, snapshot: DocumentInput, at: InstantInput, *, facts: Mapping[str, FactValue] | None = None
    ) -> WorkflowAccepts:
        """What an instance waits for, and whether it would take it."""
    def explore(
        self,
        *,
        to: Sequence[IdInput] | None = None,
        data: Mapping[str, FactValue] | None = None,
        limit: int | None = None,
    ) -> WorkflowExploration:
        """What can become of its instances: dead ends, and the shortest way to states that are active together.

        Args:
            to: States that are looked for.
            data: What an instance remembers from the start; other pieces may be anything.
            limit: How many configurations are explored, at most 100,000; 10,000 unless said.
        """
    def diagram(self, snapshot: DocumentInput | None = None) -> WorkflowDiagram:
        """The workflow as a drawing, with where an instance stands."""
    def migrate(
        self,
        old: Workflow,
        snapshot: DocumentInput,
        at: InstantInput,
        *,
        states: Mapping[str, IdInput] | None = None,
        lossy: bool = False,
        dry_run: bool = False,
    ) -> MigrateOutcome:
        """Takes an instance of another version over into this one.

        Args:
            old: The version that the instance belongs to.
            snapshot: Where it stood after the last call.
            at: When it is taken over: now.
            states: Which state of this version stands for which of the old one, where the names differ.
            lossy: Whether what has no place here may be lost.
            dry_run: Whether only to tell what would be lost.

        Raises:
            GuerdonError: what is wrong with them; `migration_loses` where something would be lost and may not be.
        """
