// Lists in one crossing, under the names that single events have.

extension Plan {
    /// Evaluates events in their order and remembers them in the state: all of them, or none.
    public func evaluate(events: [Event], state: State, roster: Roster? = nil, explain: Bool = false) throws -> [Outcome] {
        try evaluateAll(events: events, state: state, roster: roster, explain: explain)
    }

    /// What each of these events would earn if it came next, without remembering any.
    public func preview(events: [Event], state: State, roster: Roster? = nil) throws -> [Outcome] {
        try previewAll(events: events, state: state, roster: roster)
    }

    /// Evaluates a batch of events, as columns by name, and remembers them in the state.
    public func run(_ columns: [String: Column], state: State, roster: Roster? = nil) throws -> BatchEarnings {
        try run(columns: columns, state: state, roster: roster)
    }
}
