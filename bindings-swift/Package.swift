// swift-tools-version:5.9
// The package that an app depends on. What is generated or built (`Sources/Guerdon/Generated`, the header,
// `lib`, the XCFramework) comes from `scripts/test-swift.sh` on Linux and `scripts/xcframework.sh` on a Mac.

import Foundation
import PackageDescription

let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path

#if os(Linux)
    let native: Target = .systemLibrary(name: "GuerdonFFI")
    let linked: [LinkerSetting] = [.unsafeFlags(["-L", "\(folder)/lib"])]
#else
    let native: Target = .binaryTarget(name: "GuerdonFFI", path: "GuerdonFFI.xcframework")
    let linked: [LinkerSetting] = []
#endif

let package = Package(
    name: "Guerdon",
    platforms: [.iOS(.v13), .macOS(.v10_15)],
    products: [.library(name: "Guerdon", targets: ["Guerdon"])],
    targets: [
        native,
        .target(name: "Guerdon", dependencies: ["GuerdonFFI"], linkerSettings: linked),
        .executableTarget(name: "Bench", dependencies: ["Guerdon"]),
        .testTarget(name: "GuerdonTests", dependencies: ["Guerdon"]),
    ]
)
