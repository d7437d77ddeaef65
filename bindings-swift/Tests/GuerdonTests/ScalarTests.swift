// What crosses as numbers arrives as it was sent, or not at all.

import Foundation
import Guerdon
import XCTest

final class ScalarTests: XCTestCase {
    /// Through the library and back: `money.round` to three places of a currency that has them.
    private func echo(_ amount: Decimal) throws -> Decimal {
        let item = Item(id: "i", amount: Money(amount: amount, currency: "USD"), quantity: 1)
        return try Item(json: item.toJson()).amount.amount
    }

    func testDecimalsCrossWhole() throws {
        for text in [
            "0", "1", "-1", "0.01", "-0.01", "12.34", "1299.90", "1000000", "-1000000000000000000000",
            "18446744073709551615", "18446744073709551616", "-18446744073709551616", "-18446744073709551617",
            "79228162514264337593543950335", "-79228162514264337593543950335",
            "0.0000000000000000000000000001", "-7922816251426433759354395033.5",
        ] {
            let decimal = try XCTUnwrap(Decimal(string: text))
            XCTAssertEqual(try echo(decimal), decimal, text)
        }
        for place in 0 ..< 2_000 {
            let decimal = Decimal(sign: place % 2 == 0 ? .plus : .minus, exponent: -(place % 20), significand: Decimal(place * 7_919))
            XCTAssertEqual(try echo(decimal), decimal)
            XCTAssertEqual(try echo(Decimal(place * 1_000)), Decimal(place * 1_000))
        }
    }

    func testADecimalThatDoesNotFitIsRefusedNotRounded() throws {
        for text in ["79228162514264337593543950336", "0.00000000000000000000000000001", "1e40", "-1e40"] {
            XCTAssertThrowsError(try echo(XCTUnwrap(Decimal(string: text))), text) { error in
                XCTAssertEqual((error as? GuerdonError)?.code, "decimal_invalid", text)
            }
        }
        XCTAssertThrowsError(try echo(.nan)) { XCTAssertEqual(($0 as? GuerdonError)?.code, "decimal_invalid") }
    }

    func testInstantsCrossToTheMicrosecond() throws {
        for text in ["2026-11-20T10:30:00.123456Z", "1970-01-01T00:00:00Z", "2001-01-01T00:00:00.000001Z", "1999-12-31T23:59:59.999999Z"] {
            let refund = #"{"id":"r","event":"e","at":"\#(text)","amount":{"amount":"1.5","currency":"EUR"}}"#
            let read = try Refund(json: refund)
            let written = try read.toJson()
            XCTAssertTrue(written.contains("\"\(text)\""), written)
        }
        var late = try Refund(json: #"{"id":"r","event":"e","at":"2026-11-20T10:30:00Z","amount":{"amount":"1","currency":"EUR"}}"#)
        late.at = .distantFuture
        XCTAssertEqual(try Refund(json: late.toJson()).at, .distantFuture)
        late.at = Date(timeIntervalSince1970: 1e300)
        XCTAssertThrowsError(try late.toJson()) { XCTAssertEqual(($0 as? GuerdonError)?.code, "instant_out_of_range") }
    }

    func testATextThatIsNoCurrencyIsRefused() {
        let money = Money(amount: 1, currency: "ZZZ")
        XCTAssertThrowsError(try money.toJson()) { error in
            XCTAssertEqual((error as? GuerdonError)?.code, "currency_unknown")
            XCTAssertEqual((error as? GuerdonError)?.path, "")
        }
    }

    func testADerivedIdCrossesWholeAndAnotherIsRefused() throws {
        let plan = try Plan(document: Fixture.readmePlan())
        let sold = try plan.preview(event: Fixture.sale("A1", 100), state: plan.newState())
        var line = try XCTUnwrap(sold.lines.first)
        XCTAssertTrue(try line.toJson().contains("\"\(line.id.uuidString.lowercased())\""))
        line.id = UUID()
        XCTAssertThrowsError(try line.toJson()) { XCTAssertEqual(($0 as? GuerdonError)?.code, "derived_id_invalid") }
    }
}
