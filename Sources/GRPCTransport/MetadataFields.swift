internal import GRPCCore
internal import HTTP2Session

/// Metadata as header fields and back.
enum MetadataFields {
    /// The names that belong to the transport: metadata neither sets nor shows them.
    private static let reserved: Set<String> = [
        "connection", "content-type", "grpc-accept-encoding", "grpc-encoding", "grpc-message",
        "grpc-status", "host", "keep-alive", "proxy-connection", "te", "transfer-encoding",
        "upgrade",
    ]

    /// What metadata cannot be sent because of, if there is something.
    static func problem(in metadata: Metadata) -> RPCError? {
        for (name, value) in metadata where !reserved.contains(name.lowercased()) {
            guard isName(name.lowercased()), isValue(value.encoded()) else {
                return RPCError(
                    code: .internalError,
                    message: """
                        The metadata \(String(reflecting: name)) cannot be sent: names are made of \
                        a-z 0-9 _ - . and values of visible ASCII and spaces.
                        """
                )
            }
        }
        return nil
    }

    /// Appends what can be sent, without one name that was sent already.
    static func add(
        _ metadata: Metadata,
        to fields: inout HeaderFields,
        except taken: String? = nil
    ) {
        for (name, value) in metadata {
            let (name, text) = (name.lowercased(), value.encoded())
            guard !reserved.contains(name), name != taken, isName(name), isValue(text) else {
                continue
            }
            fields.add(name, text)
        }
    }

    /// What a header block holds for the handlers.
    static func read(_ fields: HeaderFields) -> Metadata {
        var metadata = Metadata()
        for field in fields.all {
            guard !field.name.hasPrefix(":"), !reserved.contains(field.name) else { continue }
            guard field.name.hasSuffix("-bin") else {
                metadata.addString(field.value, forKey: field.name)
                continue
            }
            // An empty part is an empty value.
            for part in field.value.split(separator: ",", omittingEmptySubsequences: false) {
                let part = part.drop { $0 == " " }
                if let bytes = BinaryValue.decode(part) {
                    metadata.addBinary(bytes, forKey: field.name)
                }
            }
        }
        return metadata
    }

    /// How long the call may take, as GRPCCore tells the server.
    static func timeout(_ metadata: Metadata) -> Duration? {
        metadata[stringValues: "grpc-timeout"].first { _ in true }.flatMap(CallTimeout.decode)
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    private static func isValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { (0x20...0x7e).contains($0) }
            && value.utf8.first != 0x20 && value.utf8.last != 0x20
    }
}
