// swift-tools-version:6.2
import PackageDescription

// A package of its own, because libFuzzer's flags hold for all that it builds, libraries included.
// `make fuzz` builds and runs it.
let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "isthmus", path: "../..")],
    targets: [
        // libFuzzer brings the `main` that calls it.
        .executableTarget(
            name: "fuzz",
            dependencies: [.product(name: "FuzzEntries", package: "isthmus")],
            swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"])]
        )
    ]
)
