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
let swiftProtobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")

let package = Package(
    name: "isthmus",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0", traits: []),
        .package(url: "https://github.com/grpc/grpc-swift-2", exact: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", exact: "2.4.1"),
    ],
    targets: [
        // MARK: Pure core: values and decisions; no Foundation, clock, file, socket or task

        // What an operator asks for, and the graph of steps it becomes.
        .target(name: "Plan", swiftSettings: pure),
        // The whole life of a rollout: an event in, records and effects out.
        .target(name: "RolloutEngine", dependencies: ["Plan"], swiftSettings: pure),

        // MARK: Reading plans and doing steps

        // One file per kind of step; every effect goes through `Host`.
        .target(name: "Steps", dependencies: ["Plan"], swiftSettings: pure),

        // MARK: Who is who

        // OpenSSL, as the distribution ships it.
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]
        ),

        // MARK: The wire

        // nghttp2, as the distribution ships it.
        .systemLibrary(
            name: "CNGHTTP2",
            pkgConfig: "libnghttp2",
            providers: [.apt(["libnghttp2-dev"])]
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

        // MARK: Tests

        .testTarget(
            name: "RolloutEngineTests",
            dependencies: ["Plan", "RolloutEngine"],
            swiftSettings: strict
        ),
    ]
)
