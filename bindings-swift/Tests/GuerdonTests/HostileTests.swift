// What a host may do wrong is an error of Swift's own, or harmless; it never takes the process down.

import Foundation
import Guerdon
import XCTest

final class HostileTests: XCTestCase {
    func testEveryProblemOfADocumentIsToldAtOnce() throws {
        let document = try Fixture.readmePlan()
            .replacingOccurrences(of: "\"hold\"", with: "\"holt\"")
            .replacingOccurrences(of: "\"12.5\"", with: "12.5")
        XCTAssertThrowsError(try Plan(document: document)) { thrown in
            guard let error = thrown as? GuerdonError else { return XCTFail("\(thrown)") }
            XCTAssertEqual(error.problems.map(\.code), ["field_unknown", "float_refused"])
            XCTAssertEqual(error.problems.map(\.path), ["/holt", "/schedules/monthly/rates/steps/1/rate/percent"])
            XCTAssertEqual(error.code, "field_unknown")
            XCTAssertEqual(error.path, "/holt")
            XCTAssertEqual(error.hint, "did you mean `hold`?")
            XCTAssertEqual(error.recoverySuggestion, error.hint)
            XCTAssertEqual(error.localizedDescription, error.description)
            XCTAssertTrue(error.description.hasPrefix(error.message), error.description)
        }
    }

    /// Objects are freed when nobody has them; a state keeps what it needs of its plan.
    func testAStateOutlivesItsPlan() throws {
        var plan: Plan? = try Plan(document: Fixture.readmePlan())
        let state = plan!.newState()
        _ = try plan!.evaluate(event: Fixture.sale("A1", 100), state: state)
        plan = nil
        let other = try Plan(document: Fixture.readmePlan())
        XCTAssertEqual(try other.totals(state: state).map(\.paidMinor), [1_000])
        for _ in 0 ..< 2_000 { _ = try Plan(document: Fixture.readmePlan()).newState().copy() }
    }

    func testAStateOfAnotherPlanIsRefused() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let other = try Plan(document: Fixture.readmePlan().replacingOccurrences(of: "\"version\": 1", with: "\"version\": 2"))
        XCTAssertThrowsError(try plan.evaluate(event: Fixture.sale("A1", 1), state: other.newState())) { error in
            XCTAssertEqual((error as? GuerdonError)?.code, "state_mismatch")
        }
    }

    /// Two threads with one state: each call is taken whole, or refused with `state_busy`; none is lost.
    func testTwoThreadsWithOneState() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        let taken = Counter()
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for number in 0 ..< 500 {
                do {
                    _ = try plan.evaluate(event: Fixture.sale("\(thread)-\(number)", 1), state: state)
                    taken.add()
                } catch let error as GuerdonError where error.code == "state_busy" {
                } catch {
                    XCTFail("\(error)")
                }
            }
        }
        XCTAssertGreaterThan(taken.count, 0)
        XCTAssertEqual(try plan.totals(state: state).first?.measure, Int64(taken.count) * 100)
    }

    /// A list in a list in a list: as deep as JSON brings it, and not until the stack is used up.
    func testListsInListsHaveAnEnd() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        for levels in [60, 2_000] {
            var list = FactValue.list([])
            for _ in 0 ..< levels { list = .list([list]) }
            var order = Fixture.sale("A1", 100)
            order.facts = ["order.tags": list]
            XCTAssertThrowsError(try plan.preview(event: order, state: state)) { error in
                XCTAssertEqual((error as? GuerdonError)?.code, "document_too_deep")
            }
            XCTAssertThrowsError(try order.toJson()) { XCTAssertEqual(($0 as? GuerdonError)?.code, "document_too_deep") }
        }
        var order = Fixture.sale("A1", 100)
        order.facts = ["order.tags": .list([.list([.integer(1)])])]
        XCTAssertEqual(try Event(json: order.toJson()).facts, order.facts)
    }

    func testTheNextCallIsGoodWhateverCameBefore() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        let order = Fixture.sale("A1", 100)
        let expected = try plan.preview(event: order, state: state)
        var enormous = order
        enormous.id = String(repeating: "x", count: 20 << 20)
        XCTAssertThrowsError(try plan.preview(event: enormous, state: state)) { error in
            XCTAssertEqual((error as? GuerdonError)?.code, "id_invalid")
        }
        XCTAssertEqual(try plan.preview(event: order, state: state), expected)
        let many = try plan.preview(events: Array(repeating: order, count: 5_000), state: state)
        XCTAssertTrue(many.count == 5_000 && many.allSatisfy { $0 == expected })
        var dollars = order
        dollars.amount = Money(amount: 1, currency: "USD")
        XCTAssertThrowsError(try plan.evaluate(events: [order, dollars], state: state)) { thrown in
            let error = thrown as? GuerdonError
            XCTAssertEqual(error?.code, "currency_mismatch")
            XCTAssertEqual(error?.path, "/events/1/amount/currency")
        }
        XCTAssertEqual(try plan.totals(state: state), [])
    }

    /// A second thread of a phone has half a megabyte of stack; the deepest condition that is allowed fits on it.
    func testTheDeepestConditionFitsOnASmallStack() throws {
        var condition = #"{"op": "exists", "args": [{"fact": "partner.id"}]}"#
        for _ in 0 ..< 29 { condition = #"{"op": "not", "args": [\#(condition)]}"# }
        let document = try Fixture.readmePlan()
            .replacingOccurrences(of: #""id": "sale","#, with: #""id": "sale", "when": \#(condition),"#)
        let over = expectation(description: "the thread is over")
        let small = Thread {
            defer { over.fulfill() }
            do {
                let plan = try Plan(document: document)
                let earned = try plan.evaluate(event: Fixture.sale("A1", 100), state: plan.newState(), explain: true)
                // Twenty-nine times not: whoever is known does not meet it.
                XCTAssertEqual(earned.status, .noRuleMatches)
            } catch {
                XCTFail("\(error)")
            }
        }
        small.stackSize = 512 << 10
        small.start()
        wait(for: [over], timeout: 60)
    }

    func testWhatIsNoIdIsRefusedWhereverItComesIn() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        let roster = try Roster(partners: [Partner(id: "ada", status: .active)])
        XCTAssertEqual(try roster.partner(id: "ada")?.id, "ada")
        XCTAssertNil(try roster.partner(id: "bob"))
        let asked: [() throws -> Void] = [
            { _ = try roster.partner(id: "") },
            { _ = try plan.tier(partner: "", state: state) },
            { _ = try Roster(partners: [Partner(id: "", status: .active)]) },
        ]
        for ask in asked {
            XCTAssertThrowsError(try ask()) { XCTAssertEqual(($0 as? GuerdonError)?.code, "id_invalid") }
        }
    }

    func testAnEnormousDocumentIsRefused() {
        let enormous = String(repeating: " ", count: 9 << 20)
        XCTAssertThrowsError(try Plan(document: enormous)) { XCTAssertEqual(($0 as? GuerdonError)?.code, "document_too_large") }
        let deep = String(repeating: "[", count: 200_000)
        XCTAssertThrowsError(try Plan(document: deep)) { XCTAssertEqual(($0 as? GuerdonError)?.code, "document_too_deep") }
        XCTAssertThrowsError(try call(operation: "plan.describe", input: "{\"plan\":\(deep)")) { error in
            XCTAssertEqual((error as? GuerdonError)?.code, "document_too_deep")
        }
    }

    func testAnUnknownOperationIsRefused() {
        XCTAssertThrowsError(try call(operation: "plan.descripe", input: "{}")) { error in
            XCTAssertEqual((error as? GuerdonError)?.code, "operation_unknown")
        }
    }
}

private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0

    func add() { lock.withLock { value += 1 } }
    var count: Int { lock.withLock { value } }
}
