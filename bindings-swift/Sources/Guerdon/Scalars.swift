// Natural Swift types for what crosses as numbers: `Decimal` for amounts, `Date` for instants, `UUID` for
// derived ids; and lists in lists.

import Foundation

extension Decimal {
    /// The number as guerdon hands it over.
    init(parts: DecimalParts) {
        let digits: Decimal
        if parts.high == 0, parts.low <= UInt64(Int64.max) {
            digits = Decimal(Int64(parts.low))
        } else {
            digits = Decimal(parts.high) * Decimal.twoTo64 + Decimal(parts.low)
        }
        self = parts.scale == 0 ? digits : Decimal(sign: .plus, exponent: -Int(parts.scale), significand: digits)
    }

    /// The number as guerdon takes it, or one that it refuses: what is not a number, and what does not
    /// fit 96 bits or has more than 28 digits after the point, is never rounded on the way.
    var parts: DecimalParts {
        var (low, high) = digits
        var exponent = exponent
        // Guerdon has no positive exponents.
        while exponent > 0 {
            let (carried, product) = low.multipliedFullWidth(by: 10)
            let (next, overflow) = high.multipliedReportingOverflow(by: 10)
            let (sum, beyond) = next.addingReportingOverflow(carried)
            if overflow || beyond { return .refused }
            (low, high, exponent) = (product, sum, exponent - 1)
        }
        guard !isNaN, exponent >= -28, high <= UInt64(UInt32.max) else { return .refused }
        let scale = UInt8(-exponent)
        guard isSignMinus else { return DecimalParts(high: Int64(high), low: low, scale: scale) }
        return DecimalParts(high: -Int64(high) - (low == 0 ? 0 : 1), low: 0 &- low, scale: scale)
    }

    /// The digits, as a number of 128 bits. The only public way to them is text, which costs more than all
    /// else that a call does; so they are read where they lie in a `Decimal` of every Foundation: eight words
    /// of 16 bits after the first four bytes. A test compares them with the text.
    private var digits: (low: UInt64, high: UInt64) {
        withUnsafeBytes(of: self) { bytes in
            #if canImport(Darwin)
                let length = Int(_length)
            #else
                let length = Int(bytes[1] >> 4)
            #endif
            func half(from first: Int) -> UInt64 {
                let words = length - first
                guard words > 0 else { return 0 }
                let bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 + 2 * first, as: UInt64.self))
                return words >= 4 ? bits : bits & (1 << (16 * UInt64(words)) - 1)
            }
            return (half(from: 0), half(from: 4))
        }
    }

    private static let twoTo64 = Decimal(sign: .plus, exponent: 0, significand: Decimal(UInt64.max)) + 1
}

extension DecimalParts {
    fileprivate static let refused = DecimalParts(high: 0, low: 0, scale: .max)
}

extension Foundation.Date {
    /// The moment as guerdon hands it over.
    init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }

    /// The moment as guerdon takes it, to the nearest microsecond; what is beyond all calendars is refused.
    var microseconds: Int64 {
        Int64(exactly: (timeIntervalSince1970 * 1_000_000).rounded()) ?? .max
    }
}

extension UUID {
    /// The id as guerdon hands it over.
    init(parts: UuidParts) {
        let halves = (parts.high.bigEndian, parts.low.bigEndian)
        self.init(uuid: withUnsafeBytes(of: halves) { $0.load(as: uuid_t.self) })
    }

    /// The id as guerdon takes it; it refuses what it has not derived.
    var parts: UuidParts {
        withUnsafeBytes(of: uuid) { bytes in
            let (high, low) = (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            return UuidParts(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
        }
    }
}

extension FactValue {
    /// The list, or one that guerdon refuses as too deep: reading it as it is would use up the stack.
    static func bounded(_ list: [FactValue]) -> [FactValue] {
        // As deep as JSON can bring lists in lists.
        deeper(list, than: 56) ? [.duration("nested too deep")] : list
    }

    private static func deeper(_ list: [FactValue], than levels: Int) -> Bool {
        list.contains { value in
            guard case let .list(inner) = value else { return false }
            return levels == 0 || deeper(inner, than: levels - 1)
        }
    }
}
