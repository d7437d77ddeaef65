// What the screens of an app do, without a network: a compiled plan lives as long as its screen.

import Foundation
import Guerdon
import XCTest

final class PhoneScreenTests: XCTestCase {
    private func decimal(_ text: String) -> Decimal { Decimal(string: text)! }

    /// "What do I earn?": the basket changes, the preview follows, nothing is remembered.
    /// 10 % of 1,000.00 and 12.5 % of 299.90 are 137.4875.
    func testTheEarningsOfABasket() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        var basket = Fixture.sale("basket", 800)
        XCTAssertEqual(try plan.preview(event: basket, state: state).total, Fixture.euros(80))

        basket.items = [
            Item(id: "camera", amount: Fixture.euros(800), quantity: 1),
            Item(id: "lens", amount: Fixture.euros(decimal("499.90")), quantity: 1),
        ]
        basket.amount = nil
        let both = try plan.preview(event: basket, state: state)
        XCTAssertEqual(both.total, Fixture.euros(decimal("137.49")))
        XCTAssertEqual(both.lines.map(\.item), ["camera", "lens"])
        XCTAssertEqual(both.lines.map(\.amount.amount).reduce(0, +), decimal("137.49"))
        XCTAssertFalse(both.steps.isEmpty)
        XCTAssertEqual(try plan.preview(event: basket, state: state), both)
        XCTAssertEqual(try plan.totals(state: state), [])
    }

    /// A product list: each row on its own, in one crossing. After 1,000.00 the rate is 12.5 %.
    func testAListOfProductsInOneCrossing() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        let prices: [Decimal] = [10, 20, 2_000]
        let rows = prices.map { Fixture.sale("p\($0)", $0) }
        XCTAssertEqual(try plan.preview(events: rows, state: state).map(\.total.amount), [1, 2, 150])
        _ = try plan.evaluate(event: Fixture.sale("A1", 1_000), state: state)
        XCTAssertEqual(try plan.preview(events: rows, state: state).map(\.total.amount), [decimal("1.25"), decimal("2.5"), 150])
    }

    /// A history taken in: all of it, or nothing, and the place of what is wrong.
    func testAListOfEventsIsTakenWholeOrNotAtAll() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        var broken = Fixture.sale("A3", 1)
        broken.amount = Money(amount: 1, currency: "USD")
        XCTAssertThrowsError(try plan.evaluate(events: [Fixture.sale("A1", 1_000), broken], state: state)) { error in
            XCTAssertEqual((error as? GuerdonError)?.code, "currency_mismatch")
            XCTAssertEqual((error as? GuerdonError)?.path.hasPrefix("/events/1"), true)
        }
        XCTAssertEqual(try plan.totals(state: state), [])
        let outcomes = try plan.evaluate(events: [Fixture.sale("A1", 1_000), Fixture.sale("A2", 100)], state: state)
        XCTAssertEqual(outcomes.map(\.total.amount), [100, decimal("12.5")])
        let total = try XCTUnwrap(plan.totals(state: state).first)
        XCTAssertEqual(total, Total(meter: "schedule/monthly", key: "ada", window: "2026-11", measure: 110_000, paidMinor: 11_250))
    }

    /// The same as columns, as a batch, with a refund of a third: 137.49 less 45.83.
    func testABatchOfColumns() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        let earned = try plan.run([
            "at": .instants(values: ["2026-11-20T09:30:00Z", "2026-11-21T12:00:00Z", "2026-11-25T11:00:00Z"].map(Fixture.instant)),
            "partner": .words(values: ["ada", "bob", "ada"]),
            "amount_minor": .integers(values: [129_990, 5_000, 43_330]),
            "refund_of": .integers(values: [-1, -1, 0]),
        ], state: state)
        XCTAssertEqual(earned.commissionMinor, [13_749, 500, -4_583])
        XCTAssertEqual(try plan.totals(state: state).map(\.paidMinor), [9_166, 500])
        XCTAssertThrowsError(try plan.run(["at": .integers(values: [1])], state: state)) { error in
            XCTAssertEqual((error as? GuerdonError)?.code, "column_type_mismatch")
            XCTAssertEqual((error as? GuerdonError)?.path, "/at")
        }
    }

    /// "How far to Gold?": 250 of 500, and silver is safe until April is over.
    func testProgressToTheNextTier() throws {
        let now = Fixture.instant("2026-03-16T00:00:00Z")
        let progress = try ladderProgress(input: LadderProgressInput(
            ladder: #"{"levels": [{"id": "silver", "from": "100"}, {"id": "gold", "from": "500"}]}"#,
            window: #"{"type": "calendar", "unit": "month"}"#,
            zone: "UTC",
            standing: LadderStanding(asOf: now, measure: 250, beganWith: "silver", lapsed: 0),
            now: now
        ))
        XCTAssertEqual(progress.level, "silver")
        XCTAssertEqual(progress.next, "gold")
        XCTAssertEqual(progress.missing, 250)
        XCTAssertEqual(progress.atRiskAt, Fixture.instant("2026-05-01T00:00:00Z"))
    }

    /// "What did I earn in November?": 137.49, of which 45.83 was taken back, all of it still held.
    func testTheStatementOfAMonth() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        let sold = try plan.evaluate(event: Fixture.sale("A71", decimal("1299.90")), state: state)
        let refund = Refund(id: "R1", at: Fixture.instant("2026-11-25T11:00:00Z"), event: "A71", amount: Fixture.euros(decimal("433.30")))
        let back = try plan.refund(refund: refund, posted: sold.lines, state: state)
        let posted = try payoutPost(input: PostInput(lines: sold.lines + back.lines))
        let november = StatementPeriod(start: Fixture.instant("2026-10-31T23:00:00Z"), end: Fixture.instant("2026-11-30T23:00:00Z"))
        let statement = try payoutStatement(input: StatementInput(
            postings: posted.postings, partner: "ada", currency: "EUR", period: november, zone: "Europe/Berlin"
        ))
        XCTAssertEqual(statement.commissions, Fixture.euros(decimal("137.49")))
        XCTAssertEqual(statement.reversals, Fixture.euros(decimal("-45.83")))
        XCTAssertEqual(statement.closing, Fixture.euros(decimal("91.66")))
        XCTAssertEqual(statement.pending, Fixture.euros(decimal("91.66")))
        XCTAssertEqual(statement.entries.map(\.date), ["2026-11-20", "2026-11-25"])
    }

    /// The app is closed and opened again: the state is text, and goes on where it was.
    func testAStateSurvivesAsText() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let state = plan.newState()
        _ = try plan.evaluate(event: Fixture.sale("A1", 1_000), state: state)
        let again = try Plan(document: plan.toJson())
        let restored = try again.stateFromJson(text: state.toJson())
        XCTAssertEqual(try again.evaluate(event: Fixture.sale("A2", 100), state: restored).total.amount, decimal("12.5"))
        XCTAssertThrowsError(try again.stateFromJson(text: "{}")) { XCTAssertFalse((($0 as? GuerdonError)?.problems ?? []).isEmpty) }
    }
}
