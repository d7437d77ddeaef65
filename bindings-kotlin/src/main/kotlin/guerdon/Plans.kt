// The calls of a plan: single events, lists in one crossing, and batches as columns.

package guerdon

import java.nio.ByteBuffer

/**
 * What an event would earn, step by step, without remembering it.
 *
 * @throws GuerdonException what is wrong with the event; `state_busy` while another call changes the state
 */
@Throws(GuerdonException::class)
public fun Plan.preview(event: Event, state: State, roster: Roster? = null): Outcome = cross(
    state,
    roster,
    FfiConverterTypeEvent.allocationSize(event),
    { FfiConverterTypeEvent.write(event, it) },
    Crossing.native::preview,
    FfiConverterTypeOutcome::read,
)

/**
 * What each of these events would earn if it came next, without remembering any.
 *
 * @throws GuerdonException as for one event, with the place of the event
 */
@Throws(GuerdonException::class)
public fun Plan.preview(events: List<Event>, state: State, roster: Roster? = null): List<Outcome> = cross(
    state,
    roster,
    FfiConverterSequenceTypeEvent.allocationSize(events),
    { FfiConverterSequenceTypeEvent.write(events, it) },
    Crossing.native::previewAll,
    FfiConverterSequenceTypeOutcome::read,
)

/**
 * Evaluates an event and remembers it in the state.
 *
 * @throws GuerdonException what is wrong with the event; `state_busy` while another call changes the state
 */
@Throws(GuerdonException::class)
public fun Plan.evaluate(event: Event, state: State, roster: Roster? = null, explain: Boolean = false): Outcome = cross(
    state,
    roster,
    1UL + FfiConverterTypeEvent.allocationSize(event),
    {
        FfiConverterBoolean.write(explain, it)
        FfiConverterTypeEvent.write(event, it)
    },
    Crossing.native::evaluate,
    FfiConverterTypeOutcome::read,
)

/**
 * Evaluates events in their order and remembers them in the state: all of them, or none.
 *
 * @throws GuerdonException as for one event, with the place of the event
 */
@Throws(GuerdonException::class)
public fun Plan.evaluate(
    events: List<Event>,
    state: State,
    roster: Roster? = null,
    explain: Boolean = false,
): List<Outcome> = cross(
    state,
    roster,
    1UL + FfiConverterSequenceTypeEvent.allocationSize(events),
    {
        FfiConverterBoolean.write(explain, it)
        FfiConverterSequenceTypeEvent.write(events, it)
    },
    Crossing.native::evaluateAll,
    FfiConverterSequenceTypeOutcome::read,
)

/**
 * Takes back what a refund makes undue. The lines are those of the refunded event, earlier reversals included.
 *
 * @throws GuerdonException what is wrong with the refund or the lines; `state_busy` while another call changes the state
 */
@Throws(GuerdonException::class)
public fun Plan.refund(refund: Refund, posted: List<Line>, state: State, roster: Roster? = null): Outcome = cross(
    state,
    roster,
    FfiConverterTypeRefund.allocationSize(refund) + FfiConverterSequenceTypeLine.allocationSize(posted),
    {
        FfiConverterTypeRefund.write(refund, it)
        FfiConverterSequenceTypeLine.write(posted, it)
    },
    Crossing.native::refund,
    FfiConverterTypeOutcome::read,
)

/**
 * Gives again what a refund took back that was undone, such as a chargeback that was won. The lines are those of the
 * refunded event, reversals and earlier reinstatements included, in the order in which they were given out.
 *
 * @throws GuerdonException what is wrong with the reinstatement or the lines; `state_busy` while another call changes
 *   the state
 */
@Throws(GuerdonException::class)
public fun Plan.reinstate(
    reinstatement: Reinstatement,
    posted: List<Line>,
    state: State,
    roster: Roster? = null,
): Outcome = cross(
    state,
    roster,
    FfiConverterTypeReinstatement.allocationSize(reinstatement) + FfiConverterSequenceTypeLine.allocationSize(posted),
    {
        FfiConverterTypeReinstatement.write(reinstatement, it)
        FfiConverterSequenceTypeLine.write(posted, it)
    },
    Crossing.native::reinstate,
    FfiConverterTypeOutcome::read,
)

/**
 * Evaluates a batch of events, as columns by name, and remembers them in the state: all of them, or none. The columns
 * are those of a table in the other languages: `at`, `partner`, `amount_minor`, and what the plan's conditions read.
 *
 * @throws GuerdonException what is wrong with a column or a row, with its place; `state_busy` while another call
 *   changes the state
 */
@Throws(GuerdonException::class)
public fun Plan.run(columns: Map<String, Column>, state: State, roster: Roster? = null): BatchEarnings = cross(
    state,
    roster,
    FfiConverterMapStringTypeColumn.allocationSize(columns),
    { FfiConverterMapStringTypeColumn.write(columns, it) },
    Crossing.native::run,
    FfiConverterTypeBatchEarnings::read,
)

/** One call of a plan with a state and perhaps a roster: what is written, which call, and how its answer is read. */
private inline fun <T> Plan.cross(
    state: State,
    roster: Roster?,
    size: ULong,
    write: (ByteBuffer) -> Unit,
    call: (exchange: Long, plan: Long, state: Long, roster: Long, length: Long, status: Long) -> Long,
    read: (ByteBuffer) -> T,
): T = exchange(
    size,
    write,
    { lane, length ->
        held(this, state, roster) { plan, of, partners -> call(lane.handle, plan, of, partners, length, lane.status) }
    },
    read,
)

/** The handles, which nobody frees until the call is over; what was closed is refused. */
private inline fun held(plan: Plan, state: State, roster: Roster?, call: (Long, Long, Long) -> Long): Long =
    plan.hold { one ->
        state.hold { other ->
            if (roster == null) call(one, other, 0) else roster.hold { partners -> call(one, other, partners) }
        }
    }
