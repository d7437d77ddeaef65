// The sample of the README, compiled as it stands there, prints what it says.

import Foundation
import XCTest

final class ReadmeTests: XCTestCase {
    func testTheSampleOfTheReadme() throws {
        let before = FileManager.default.currentDirectoryPath
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            FileManager.default.changeCurrentDirectoryPath(before)
            try? FileManager.default.removeItem(at: folder)
        }
        try Fixture.readmePlan().write(to: folder.appendingPathComponent("plan.json"), atomically: true, encoding: .utf8)
        XCTAssertTrue(FileManager.default.changeCurrentDirectoryPath(folder.path))
        var printed: [String] = []
        try readmeSample { printed.append("\($0)") }
        XCTAssertEqual(printed, readmePromises)
        XCTAssertEqual(printed.count, 3)
    }
}
