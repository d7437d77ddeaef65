// Lists in one crossing, under the names that single events have.

package guerdon

/** Evaluates events in their order and remembers them in the state: all of them, or none. */
public fun Plan.evaluate(
    events: List<Event>,
    state: State,
    roster: Roster? = null,
    explain: Boolean = false,
): List<Outcome> = evaluateAll(events, state, roster, explain)

/** What each of these events would earn if it came next, without remembering any. */
public fun Plan.preview(events: List<Event>, state: State, roster: Roster? = null): List<Outcome> =
    previewAll(events, state, roster)
