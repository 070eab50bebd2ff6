import GRPCCore
import Gzip
import HTTP2Session

@testable import GRPCTransport

/// One call without a connection: header fields, one a line, up to an empty line; then the body.
enum CallEntry {
    private static let limit = 64 * 1024

    static func run(_ bytes: UnsafeRawBufferPointer) {
        let (fields, body) = parts(of: Array(bytes))
        head(fields)
        messages(body)
    }

    private static func parts(of bytes: [UInt8]) -> (HeaderFields, ArraySlice<UInt8>) {
        var fields = HeaderFields()
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            guard !line.isEmpty else { break }
            // A pseudo-header's name begins with a colon itself.
            let colon = line.dropFirst().firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
            fields.add(
                String(decoding: line[..<colon], as: UTF8.self),
                String(decoding: line[colon...].dropFirst(), as: UTF8.self)
            )
        }
        return (fields, rest)
    }

    private static func head(_ fields: HeaderFields) {
        do {
            let head = try RequestHead(fields, acceptsGzip: true)
            precondition(!head.method.fullyQualifiedMethod.isEmpty)
            if let timeout = head.timeout { precondition(timeout <= CallTimeout.longest) }
        } catch {
            precondition(!CallHeaders.refusal(error).all.isEmpty)
        }
        let metadata = MetadataFields.read(fields)
        var again = HeaderFields()
        MetadataFields.add(metadata, to: &again)
        let message = PercentEncoding.decode(fields["grpc-message"] ?? "")
        precondition(PercentEncoding.decode(PercentEncoding.encode(message)) == message)
        _ = StatusMapping.status(
            forHTTP: fields[":status"],
            contentType: fields["content-type"]
        )
    }

    /// A body that is cut apart gives the same messages as one that comes at once.
    private static func messages(_ body: ArraySlice<UInt8>) {
        let whole = deframe(body, by: Int.max)
        let parts = deframe(body, by: Int(body.first ?? 1) % 9 + 1)
        precondition(whole == parts)
    }

    private static func deframe(_ body: ArraySlice<UInt8>, by size: Int) -> [[UInt8]] {
        var deframer = MessageDeframer(limit: limit)
        deframer.acceptsCompressed = true
        var messages: [[UInt8]] = []
        var rest = body
        while !rest.isEmpty {
            do {
                try rest.prefix(size).withUnsafeBytes { part in
                    try deframer.take(part) { messages.append(inflated($0)) }
                }
            } catch {
                break
            }
            rest = rest.dropFirst(size)
        }
        precondition(messages.allSatisfy { $0.count <= limit })
        return messages
    }

    private static func inflated(_ part: CallPart) -> [UInt8] {
        guard case .compressed(let bytes) = part else { return part.payload ?? [] }
        guard let message = try? Gzip.decompress(bytes, limit: limit) else { return [] }
        if let again = Gzip.compress(message) {
            precondition((try? Gzip.decompress(again, limit: limit)) == message)
        }
        return message
    }
}
