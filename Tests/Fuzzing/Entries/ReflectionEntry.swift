import Protocol
import SwiftProtobuf

/// A question of server reflection, as anybody with a certificate may ask it, and the files that answer it.
enum ReflectionEntry {
    private static let index = ReflectionIndex.ofProtocol

    static func run(_ bytes: [UInt8]) {
        guard let question = try? GRPCServerReflectionRequest(serializedBytes: bytes) else {
            return
        }
        let files = files(for: question)
        // Each file once, however the imports go around.
        precondition(Set(files.map(\.name)).count == files.count)
        guard let encoded: [UInt8] = try? question.serializedBytes() else {
            preconditionFailure("what was read cannot be written")
        }
        precondition((try? GRPCServerReflectionRequest(serializedBytes: encoded)) != nil)
    }

    private static func files(
        for question: GRPCServerReflectionRequest
    ) -> [ReflectionIndex.File] {
        switch question.messageRequest {
        case .fileByFilename(let name): return index.file(named: name) ?? []
        case .fileContainingSymbol(let symbol): return index.file(declaring: symbol) ?? []
        case .fileContainingExtension(let field):
            let (message, number) = (field.containingType, field.extensionNumber)
            return index.file(extending: message, with: number) ?? []
        case .allExtensionNumbersOfType(let message):
            let numbers = index.extensionNumbers(of: message) ?? []
            precondition(numbers == numbers.sorted())
            return []
        case .listServices, nil: return []
        }
    }
}
