// What a refused input looks like in Swift.

import Foundation

extension GuerdonError {
    /// Everything that was wrong.
    public var problems: [Problem] {
        switch self {
        case let .Refused(problems): return problems
        }
    }

    /// The stable code of the first error, such as `currency_mismatch`.
    public var code: String { first?.code ?? "" }

    /// The JSON pointer of the place that is wrong; empty for the whole input.
    public var path: String { first?.path ?? "" }

    /// What was found there.
    public var message: String { first?.message ?? "" }

    /// What to do about it.
    public var hint: String { first?.hint ?? "" }

    private var first: Problem? {
        problems.first { $0.severity == .error } ?? problems.first
    }
}

extension GuerdonError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var failureReason: String? { message }

    public var recoverySuggestion: String? { hint.isEmpty ? nil : hint }

    /// One line for each problem.
    public var description: String {
        problems.map { problem in
            let place = problem.path.isEmpty ? problem.code : "\(problem.code) at `\(problem.path)`"
            return problem.hint.isEmpty ? "\(problem.message) (\(place))" : "\(problem.message) (\(place)); \(problem.hint)"
        }.joined(separator: "\n")
    }
}
