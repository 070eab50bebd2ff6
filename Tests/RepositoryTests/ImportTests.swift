import Testing

/// The arrows between modules: who may import what.
enum Arrows {
    /// What each target may import, beside the modules of the language itself.
    static let allowed: [String: Set<String>] = [
        "Plan": [],
        "RolloutEngine": ["Plan"],
        "Preflight": ["Plan"],
        "Document": ["Plan", "CYAML"],
        "PlanFile": ["Document", "Plan"],
        "Steps": ["Plan", "FoundationEssentials"],
        "Trust": ["Plan", "COpenSSL", "FoundationEssentials", "Glibc"],
        "SimulatedHost": ["Plan", "Preflight", "Steps", "Trust", "FoundationEssentials", "Glibc"],
        "HTTP2Session": ["CNGHTTP2", "Glibc"],
        "TLSSession": ["COpenSSL", "Glibc"],
        "Gzip": ["CZlib"],
        "GRPCTransport": [
            "Gzip", "HTTP2Session", "TLSSession", "GRPCCore", "NIOCore", "NIOPosix",
            "FoundationEssentials", "Glibc",
        ],
        "Protocol": ["SwiftProtobuf", "FoundationEssentials"],
        "Conduct": [
            "Plan", "RolloutEngine", "Steps", "Protocol", "SwiftProtobuf", "Foundation",
        ],
        "Daemon": ["Glibc"],
        "Agent": [
            "Daemon", "Document", "Plan", "Preflight", "Steps", "Trust", "GRPCTransport",
            "Protocol", "GRPCCore", "Logging",
            "SwiftProtobuf", "FoundationEssentials", "Glibc",
        ],
        "NodeAgent": [
            "Agent", "Daemon", "Plan", "Preflight", "Steps", "SimulatedHost", "Trust",
            "GRPCTransport", "Protocol",
            "ArgumentParser", "GRPCCore", "Logging", "ServiceLifecycle", "UnixSignals",
            "Subprocess", "SwiftProtobuf", "FoundationEssentials", "Glibc", "System",
            "SystemPackage",
        ],
        "Coordinator": [
            "Agent", "Conduct", "Daemon", "Document", "Plan", "PlanFile", "Preflight",
            "RolloutEngine", "Steps",
            "SimulatedHost",
            "Trust",
            "GRPCTransport", "Protocol", "ArgumentParser", "GRDB", "GRPCCore", "GRPCProtobuf",
            "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "ServiceLifecycle", "UnixSignals",
            "Subprocess", "SwiftProtobuf", "Foundation", "Glibc", "System", "SystemPackage",
        ],
    ]

    /// Modules of the language: locks, atomics and the like, no effects.
    static let language: Set<String> = ["Swift", "Synchronization"]

    /// Modules without these are pure: values and decisions, no clock, file, socket or task.
    static let effects: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Dispatch", "NIOCore", "NIOPosix",
    ]

    /// What a file imports.
    static func imports(of file: SourceFile) -> Set<String> {
        let statement =
            /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)/
        return Set(
            file.lines.compactMap { line in
                (try? statement.firstMatch(in: line)).map { String($0.1) }
            }
        )
    }

    /// What a file imports that its target may not.
    static func violations(of file: SourceFile, in target: String) -> [String] {
        let permitted = (allowed[target] ?? []).union(language)
        return imports(of: file).subtracting(permitted).sorted()
    }
}

struct ImportTests {
    @Test func `every target stands in the table, and the table names no other`() {
        let own = Set(Repository.targets)
        #expect(own.subtracting(Arrows.allowed.keys).isEmpty)
    }

    @Test(arguments: Repository.targets)
    func `a target imports only what the table allows`(target: String) {
        for file in Repository.swiftFiles(under: "Sources/\(target)") {
            #expect(Arrows.violations(of: file, in: target) == [], "\(file)")
        }
    }

    @Test func `the pure core has no effects`() {
        for target in ["Plan", "Preflight", "RolloutEngine"] {
            #expect(Arrows.allowed[target]?.isDisjoint(with: Arrows.effects) == true)
        }
    }

    @Test func `C has one door each`() {
        let doors = [
            "CNGHTTP2": ["HTTP2Session"], "CYAML": ["Document"],
            "COpenSSL": ["TLSSession", "Trust"],
        ]
        for (library, targets) in doors {
            let importers = Arrows.allowed.filter { $0.value.contains(library) }.keys.sorted()
            #expect(importers == targets)
        }
    }

    @Test(arguments: [
        "import Foundation",
        "public import Foundation",
        "@preconcurrency internal import struct Foundation.Date",
        "@_spi(Testing) import Foundation",
    ])
    func `the rule bites`(statement: String) {
        let file = SourceFile(
            path: "Sample.swift",
            text: "/// Text\n\(statement)\nstruct Sample {}\n"
        )
        #expect(Arrows.violations(of: file, in: "Plan") == ["Foundation"])
    }

    @Test func `a sentence about importing is none`() {
        let file = SourceFile(path: "Sample.swift", text: "// we import Foundation nowhere\n")
        #expect(Arrows.violations(of: file, in: "Plan") == [])
    }
}
