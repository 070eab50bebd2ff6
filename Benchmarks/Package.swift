// swift-tools-version:6.2
import PackageDescription

// Isthmus' transport beside the usual one for gRPC Swift. A package of its own, so that nobody who
// builds Isthmus builds the other transport.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let isthmus: Target.Dependency = .product(name: "GRPCTransport", package: "isthmus")
let agent: [Target.Dependency] = [
    "Agent", "Daemon", "Plan", "Protocol", "SimulatedHost", "Steps", "Trust",
].map { .product(name: $0, package: "isthmus") }
let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let grpcCore: Target.Dependency = .product(name: "GRPCCore", package: "grpc-swift-2")
let peer: Target.Dependency = .product(
    name: "GRPCNIOTransportHTTP2Posix",
    package: "grpc-swift-nio-transport"
)
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "isthmus", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/grpc/grpc-swift-2", exact: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", exact: "2.9.2"),
    ],
    targets: [
        // What both transports serve and call: messages are plain bytes, so that no codec is measured.
        .target(name: "EchoService", dependencies: [grpcCore], swiftSettings: strict),
        // One process that serves it over one of the two.
        .executableTarget(
            name: "BenchmarkServer",
            dependencies: [
                "EchoService", isthmus, argumentParser, grpcCore, nioCore,
                nioPosix, peer,
            ],
            swiftSettings: strict
        ),
        // One process that calls it, once, and says in one line of JSON how that went.
        .executableTarget(
            name: "BenchmarkClient",
            dependencies: [
                "EchoService", isthmus, argumentParser,
                grpcCore, nioCore, nioPosix, peer,
            ],
            swiftSettings: strict
        ),
        // Thousands of agents in one process, each with a certificate and a connection of its own, for
        // one coordinator.
        .executableTarget(
            name: "Fleet",
            dependencies: agent + [
                "EchoService", argumentParser, .product(name: "Logging", package: "swift-log"),
                // Who is called; nothing of it is linked.
                .product(name: "coordinator", package: "isthmus"),
            ],
            swiftSettings: strict
        ),
    ]
)
