// swift-tools-version:6.2
import PackageDescription

// The map of Isthmus. Targets stand from pure values to the programs that touch the world; an
// arrow may point only upwards in this file. Tests/RepositoryTests holds every import against it.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]
// Unsafe pointers stay in the targets that call C.
let pure: [SwiftSetting] = strict + [.strictMemorySafety()]

let grpcCore: Target.Dependency = .product(name: "GRPCCore", package: "grpc-swift-2")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let swiftProtobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let serviceLifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)
let unixSignals: Target.Dependency = .product(
    name: "UnixSignals",
    package: "swift-service-lifecycle"
)
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "isthmus",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "coordinator", targets: ["Coordinator"]),
        .executable(name: "node-agent", targets: ["NodeAgent"]),
        // For the packages nested in this one: benchmarks and fuzzing.
        .library(name: "Plan", targets: ["Plan"]),
        .library(name: "PlanFile", targets: ["PlanFile"]),
        .library(name: "Steps", targets: ["Steps"]),
        .library(name: "Trust", targets: ["Trust"]),
        .library(name: "SimulatedHost", targets: ["SimulatedHost"]),
        .library(name: "HTTP2Session", targets: ["HTTP2Session"]),
        .library(name: "TLSSession", targets: ["TLSSession"]),
        .library(name: "Gzip", targets: ["Gzip"]),
        .library(name: "GRPCTransport", targets: ["GRPCTransport"]),
        .library(name: "Protocol", targets: ["Protocol"]),
        .library(name: "Daemon", targets: ["Daemon"]),
        .library(name: "Agent", targets: ["Agent"]),
        .library(name: "FuzzEntries", targets: ["FuzzEntries"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", exact: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", exact: "2.4.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
    ],
    targets: [
        // MARK: Pure core: values and decisions; no Foundation, clock, file, socket or task

        // What an operator asks for, and the graph of steps it becomes.
        .target(name: "Plan", swiftSettings: pure),
        // What is looked at before a rollout: an observation in, findings out.
        .target(name: "Preflight", dependencies: ["Plan"], swiftSettings: pure),
        // The whole life of a rollout: an event in, records and effects out.
        .target(name: "RolloutEngine", dependencies: ["Plan"], swiftSettings: pure),

        // MARK: Reading plans and doing steps

        // libyaml, as the distribution ships it.
        .systemLibrary(
            name: "CYAML",
            pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"])]
        ),
        // Bytes of JSON or YAML to values that know their places in the text, and problems with theirs.
        .target(name: "Document", dependencies: ["Plan", "CYAML"], swiftSettings: strict),
        // Such values to a plan, or every problem of it.
        .target(name: "PlanFile", dependencies: ["Document", "Plan"], swiftSettings: strict),
        // One file per kind of step; every effect goes through `Host`.
        .target(name: "Steps", dependencies: ["Plan"], swiftSettings: pure),

        // MARK: Who is who

        // OpenSSL, as the distribution ships it.
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]
        ),
        // Keys, certificates, join tokens, SPIFFE identities.
        .target(name: "Trust", dependencies: ["Plan", "COpenSSL"], swiftSettings: strict),
        // A machine that is only played: in memory or in a folder.
        .target(
            name: "SimulatedHost",
            dependencies: ["Plan", "Preflight", "Steps", "Trust"],
            swiftSettings: strict
        ),

        // MARK: The wire

        // nghttp2, as the distribution ships it.
        .systemLibrary(
            name: "CNGHTTP2",
            pkgConfig: "libnghttp2",
            providers: [.apt(["libnghttp2-dev"])]
        ),
        // One HTTP/2 connection without a socket: bytes in, events out.
        .target(name: "HTTP2Session", dependencies: ["CNGHTTP2"], swiftSettings: strict),
        // One TLS 1.3 connection without a socket: ciphertext to plaintext and back.
        .target(name: "TLSSession", dependencies: ["COpenSSL"], swiftSettings: strict),
        // zlib, as the distribution ships it.
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]
        ),
        // Whole messages to gzip's format and back.
        .target(name: "Gzip", dependencies: ["CZlib"], swiftSettings: strict),
        // gRPC's client and server transports over the three, on NIO's sockets.
        .target(
            name: "GRPCTransport",
            dependencies: ["Gzip", "HTTP2Session", "TLSSession", grpcCore, nioCore, nioPosix],
            swiftSettings: strict
        ),
        // The messages and services, generated from the .proto files beside them.
        .target(
            name: "Protocol",
            dependencies: [
                grpcCore, swiftProtobuf,
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
            ],
            exclude: ["isthmus", "grpc"],
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),

        // MARK: A rollout's life

        // What the engine decides, as words for agents and records for the store.
        .target(
            name: "Conduct",
            dependencies: ["Plan", "RolloutEngine", "Steps", "Protocol", swiftProtobuf],
            swiftSettings: strict
        ),

        // MARK: The agent's life, with whatever host it is given

        // What a long-running program of ours is made of: its release, its clocks, its word to systemd.
        .target(name: "Daemon", swiftSettings: strict),

        // The session with the coordinator, the journal of executions, enrolment and renewal.
        .target(
            name: "Agent",
            dependencies: [
                "Daemon", "Document", "Plan", "Preflight", "Steps", "Trust", "GRPCTransport",
                "Protocol",
                grpcCore,
                logging, swiftProtobuf,
            ],
            swiftSettings: strict
        ),

        // MARK: Programs: wiring and effects

        // On every server: registers, carries out steps, reports health.
        .executableTarget(
            name: "NodeAgent",
            dependencies: [
                "Agent", "Daemon", "Plan", "Preflight", "Steps", "SimulatedHost", "Trust",
                "GRPCTransport", "Protocol",
                argumentParser, grpcCore, logging, serviceLifecycle, subprocess, swiftProtobuf,
                unixSignals,
            ],
            swiftSettings: strict
        ),
        // The one that sequences: services, driver, store, and the operator's commands.
        .executableTarget(
            name: "Coordinator",
            dependencies: [
                "Agent", "Conduct", "Daemon", "Document", "Plan", "PlanFile", "Preflight",
                "RolloutEngine", "Steps", "Trust",
                "GRPCTransport", "Protocol", "SimulatedHost", argumentParser, grpcCore, logging,
                serviceLifecycle,
                nioCore, nioHTTP1, nioPosix, subprocess, swiftProtobuf, unixSignals,
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),

        // MARK: Tests; each mirrors the target it is named after

        // What any machine must keep, simulated or real.
        .target(
            name: "HostContract",
            dependencies: ["Plan", "Steps"],
            path: "Tests/HostContract",
            swiftSettings: strict
        ),
        // A path between two sockets that can fall silent.
        .target(
            name: "LoopbackProxy",
            dependencies: [nioCore, nioPosix],
            path: "Tests/LoopbackProxy",
            swiftSettings: strict
        ),
        // Ways into the modules for any bytes: `make fuzz` searches, FuzzingTests replay.
        .target(
            name: "FuzzEntries",
            dependencies: [
                "Agent", "Document", "GRPCTransport", "Gzip", "HTTP2Session", "Plan", "PlanFile",
                "Protocol",
                "Steps", "Trust", grpcCore, swiftProtobuf,
            ],
            path: "Tests/Fuzzing/Entries",
            swiftSettings: strict
        ),
        // Whole rollouts with all that goes wrong, in one process under one seed: `make simulate`.
        .target(
            name: "Simulation",
            dependencies: [
                "Agent", "Conduct", "Plan", "Protocol", "RolloutEngine", "Steps", logging,
                swiftProtobuf,
            ],
            path: "Tests/Simulation/World",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Simulate",
            dependencies: ["Simulation", argumentParser],
            path: "Tests/Simulation/Program",
            swiftSettings: strict
        ),
        .testTarget(
            name: "ConductTests",
            dependencies: ["Conduct", "Plan", "Protocol", "RolloutEngine", "Steps", swiftProtobuf],
            swiftSettings: strict
        ),
        .testTarget(name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: strict),
        .testTarget(name: "PlanTests", dependencies: ["Plan"], swiftSettings: strict),
        .testTarget(
            name: "PreflightTests",
            dependencies: ["Plan", "PlanFile", "Preflight"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RolloutEngineTests",
            dependencies: ["Plan", "RolloutEngine"],
            exclude: ["Transcripts"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PlanFileTests",
            dependencies: ["Document", "Plan", "PlanFile"],
            exclude: ["BadPlans", "Python"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StepsTests",
            dependencies: ["HostContract", "Plan", "SimulatedHost", "Steps", "Trust"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TrustTests",
            dependencies: ["COpenSSL", "Plan", "Trust"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTP2SessionTests",
            dependencies: ["HTTP2Session"],
            swiftSettings: strict
        ),
        .testTarget(name: "GzipTests", dependencies: ["Gzip"], swiftSettings: strict),
        .testTarget(
            name: "TLSSessionTests",
            dependencies: ["Plan", "TLSSession", "Trust"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GRPCTransportTests",
            dependencies: [
                "GRPCTransport", "HTTP2Session", "LoopbackProxy", "Plan", "Protocol", "TLSSession",
                "Trust", grpcCore, nioCore, nioPosix, swiftProtobuf,
            ],
            exclude: ["Python"],
            swiftSettings: strict
        ),
        .testTarget(name: "DaemonTests", dependencies: ["Daemon"], swiftSettings: strict),
        .testTarget(
            name: "AgentTests",
            dependencies: [
                "Agent", "Daemon", "Document", "GRPCTransport", "Plan", "Protocol", "SimulatedHost",
                "Steps", "Trust",
                grpcCore, logging, swiftProtobuf,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "NodeAgentTests",
            dependencies: [
                "Agent", "HostContract", "NodeAgent", "Plan", "Preflight", "Steps", "Trust",
                argumentParser,
            ],
            exclude: ["played-program.sh"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CoordinatorTests",
            dependencies: [
                "Agent", "Conduct", "Coordinator", "Daemon", "GRPCTransport", "LoopbackProxy",
                "Plan", "PlanFile", "Preflight", "Protocol", "RolloutEngine", "SimulatedHost",
                "Steps", "Trust",
                argumentParser, grpcCore,
                logging, swiftProtobuf, .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "FuzzingTests", dependencies: ["FuzzEntries"], swiftSettings: strict),
        // Both programs as processes, over loopback.
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Coordinator", "Daemon", "GRPCTransport", "NodeAgent", "Plan", "Trust", logging,
            ],
            swiftSettings: strict
        ),
        // Style, layering and completeness, as tests.
        .testTarget(name: "RepositoryTests", swiftSettings: strict),
    ]
)
