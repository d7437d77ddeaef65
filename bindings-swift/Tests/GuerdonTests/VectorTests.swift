// Every conformance vector, through `call` and through the typed records.

import Foundation
import Guerdon
import XCTest

final class VectorTests: XCTestCase {
    func testEveryVectorThroughCall() throws {
        try run(door: "call") { vector in try call(operation: vector.operation, input: vector.input) }
    }

    func testEveryVectorThroughTheTypedRecords() throws {
        try run(door: "typed") { vector in
            let typed = try XCTUnwrap(typedOperations[vector.operation], "no typed function")
            return try typed(vector.input)
        }
    }

    private func run(door: String, _ answer: (Vector) throws -> String) throws {
        var failed: [String] = []
        let vectors = try Vector.all()
        for vector in vectors {
            if let fault = vector.fault(of: { try answer(vector) }) {
                failed.append("\(vector.name) [\(door)]: \(fault)")
            }
        }
        print("vectors by \(door): \(vectors.count - failed.count) passed, \(failed.count) failed")
        XCTAssertGreaterThan(vectors.count, 500)
        XCTAssertTrue(failed.isEmpty, failed.joined(separator: "\n"))
    }
}

struct Vector {
    let name: String
    let operation: String
    let input: String
    let expect: Any?
    let problems: [[String: String]]?

    static func all() throws -> [Vector] {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../tests/vectors").standardized
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
        return try files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.flatMap(read)
    }

    private static func read(_ file: URL) throws -> [Vector] {
        let list = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [[String: Any]] ?? []
        let place = file.deletingLastPathComponent().lastPathComponent + "/" + file.deletingPathExtension().lastPathComponent
        return try list.map { one in
            let input = try JSONSerialization.data(withJSONObject: one["input"] as Any, options: .fragmentsAllowed)
            return Vector(
                name: "\(place): \(one["name"] as? String ?? "")",
                operation: one["op"] as? String ?? "",
                input: String(decoding: input, as: UTF8.self),
                expect: one["expect"],
                problems: one["error"] as? [[String: String]]
            )
        }
    }

    /// What is wrong with an answer; nothing if it is as expected.
    func fault(of answer: () throws -> String) -> String? {
        do {
            let text = try answer()
            guard let expect else { return "expected problems, found \(text)" }
            let found = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
            return difference(expected: expect, found: found, at: "")
        } catch let error as GuerdonError {
            guard let problems else { return "refused: \(error)" }
            let found = error.problems.map { ["code": $0.code, "path": $0.path] }
            return found == problems ? nil : "expected \(problems), found \(found)"
        } catch {
            return "another error: \(error)"
        }
    }
}

/// The first place where two JSON values differ. A decimal may have lost zeros at its end, which Swift's
/// `Decimal` does not keep.
func difference(expected: Any, found: Any, at path: String) -> String? {
    switch (expected, found) {
    case let (left as [String: Any], right as [String: Any]):
        let keys = Set(left.keys).union(right.keys).sorted()
        for key in keys {
            guard let one = left[key], let other = right[key] else { return "\(path)/\(key) is on one side only" }
            if let fault = difference(expected: one, found: other, at: "\(path)/\(key)") { return fault }
        }
        return nil
    case let (left as [Any], right as [Any]):
        guard left.count == right.count else { return "\(path) has \(right.count) entries, not \(left.count)" }
        for (place, (one, other)) in zip(left, right).enumerated() {
            if let fault = difference(expected: one, found: other, at: "\(path)/\(place)") { return fault }
        }
        return nil
    case let (left as String, right as String):
        return left == right || trimmed(left) == trimmed(right) ? nil : "\(path) is \(right), not \(left)"
    case let (left as NSObject, right as NSObject):
        return left.isEqual(right) ? nil : "\(path) is \(right), not \(left)"
    default:
        return "\(path) is \(found), not \(expected)"
    }
}

/// A plain decimal with a point, without the zeros at its end.
private func trimmed(_ text: String) -> String {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) else { return text }
    var short = text
    while short.hasSuffix("0") { short.removeLast() }
    if short.hasSuffix(".") { short.removeLast() }
    return short
}
