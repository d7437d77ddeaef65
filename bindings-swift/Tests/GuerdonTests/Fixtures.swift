import Foundation
import Guerdon

enum Fixture {
    static let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardized

    /// The plan of the README: 10 % of a month's volume, 12.5 % above 1,000, at most 150 for an order.
    static func readmePlan() throws -> String {
        let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
        let from = readme.range(of: "```json\n")!.upperBound
        let until = readme.range(of: "```", range: from ..< readme.endIndex)!.lowerBound
        return String(readme[from ..< until])
    }

    static func instant(_ text: String) -> Date {
        ISO8601DateFormatter().date(from: text)!
    }

    static func sale(_ id: String, _ amount: Decimal, at: String = "2026-11-20T09:30:00Z", partner: String = "ada") -> Event {
        Event(id: id, kind: .sale, at: instant(at), partner: partner, amount: euros(amount))
    }

    static func euros(_ amount: Decimal) -> Money {
        Money(amount: amount, currency: "EUR")
    }
}
