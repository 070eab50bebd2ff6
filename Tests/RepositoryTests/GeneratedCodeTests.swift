import Foundation
import Testing

/// The committed code beside the .proto files is what the generators make of them.
struct GeneratedCodeTests {
    /// Where `packaging/protocol/generate.sh` keeps its generators, once built.
    static let generatorsAreBuilt: Bool = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        return ["protoc-gen-swift", "protoc-gen-grpc-swift-2"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: "\(cache)/isthmus/protoc-plugins/\($0)")
        }
    }()

    @Test(.enabled(if: generatorsAreBuilt, "make protocol builds the generators"))
    func `the generated code is fresh`() throws {
        let check = Process()
        let output = Pipe()
        check.executableURL = Repository.root.appending(path: "packaging/protocol/generate.sh")
        check.arguments = ["--check"]
        check.standardOutput = output
        check.standardError = output
        try check.run()
        let said = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        check.waitUntilExit()
        #expect(check.terminationStatus == 0, "\(said)")
    }

    @Test func `every protocol file has its generated code, and none is left over`() {
        let sources = ["isthmus/v1", "grpc/health/v1", "grpc/reflection/v1"].flatMap { folder in
            Repository.names(in: "Sources/Protocol/\(folder)").map { file in
                "\(folder)/\(file)".replacing(".proto", with: "").replacing("/", with: "_")
            }
        }
        let generated = Repository.names(in: "Sources/Protocol/Generated").map {
            $0.replacing(".grpc.swift", with: "").replacing(".pb.swift", with: "")
        }
        #expect(Set(sources + ["descriptor_set.swift"]) == Set(generated))
    }
}
