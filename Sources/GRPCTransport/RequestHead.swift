internal import GRPCCore
internal import HTTP2Session

/// What a server reads out of the header block that begins a call.
struct RequestHead: Equatable {
    let method: MethodDescriptor
    let timeout: Duration?
    let metadata: Metadata
    /// How the client may compress its messages.
    let encoding: MessageEncoding
    /// How the server may compress its own: as the client does, where the client understands that too.
    let answerEncoding: MessageEncoding

    /// Why a request is not served, and how that is answered.
    enum Refusal: Error, Equatable {
        /// It is no gRPC: an HTTP status.
        case http(Int)
        /// It is gRPC that we do not do: a status.
        case status(Status)
        /// Its messages are compressed in a way that we do not know: a status, and what we know.
        case compression(Status, acceptsGzip: Bool)
    }

    /// Reads the block.
    ///
    /// - Parameters:
    ///   - fields: As nghttp2 checked them: pseudo-headers first, each once.
    ///   - acceptsGzip: Whether the client may compress its messages.
    /// - Throws: How to refuse the request.
    init(_ fields: HeaderFields, acceptsGzip: Bool) throws(Refusal) {
        guard fields[":method"] == "POST" else { throw .http(405) }
        guard Self.isGRPC(fields["content-type"]) else { throw .http(415) }
        encoding = try Self.encoding(fields["grpc-encoding"], acceptsGzip)
        let isUnderstood = encoding.isAccepted(by: fields["grpc-accept-encoding"])
        answerEncoding = isUnderstood ? encoding : .identity
        guard let method = Self.method(fields[":path"] ?? "") else {
            let message = "The path is not /service/method."
            throw .status(Status(code: .unimplemented, message: message))
        }
        timeout = try Self.timeout(fields["grpc-timeout"])
        self.method = method
        metadata = MetadataFields.read(fields)
    }

    private static func encoding(
        _ text: String?,
        _ acceptsGzip: Bool
    ) throws(Refusal) -> MessageEncoding {
        guard let text else { return .identity }
        if let encoding = MessageEncoding(rawValue: text), encoding == .identity || acceptsGzip {
            return encoding
        }
        let known = MessageEncoding.accepted(gzip: acceptsGzip)
        let message = "The compression \(text) is not supported; send one of \(known)."
        throw .compression(
            Status(code: .unimplemented, message: message),
            acceptsGzip: acceptsGzip
        )
    }

    private static func timeout(_ text: String?) throws(Refusal) -> Duration? {
        guard let text else { return nil }
        if let timeout = CallTimeout.decode(text) { return timeout }
        let message = "The grpc-timeout is malformed."
        throw .status(Status(code: .invalidArgument, message: message))
    }

    /// `application/grpc`, alone or with a subtype or parameters.
    static func isGRPC(_ contentType: String?) -> Bool {
        guard let type = contentType?.lowercased(), type.hasPrefix("application/grpc") else {
            return false
        }
        let next = type.dropFirst("application/grpc".count).first
        return next == nil || next == "+" || next == ";"
    }

    private static func method(_ path: String) -> MethodDescriptor? {
        // Splitting by characters would cost as much as all else that is done for a request here.
        let bytes = path.utf8
        let slash = UInt8(ascii: "/")
        guard bytes.first == slash, let end = bytes.dropFirst().firstIndex(of: slash) else {
            return nil
        }
        let service = bytes[..<end].dropFirst()
        let method = bytes[end...].dropFirst()
        guard !service.isEmpty, !method.isEmpty, !method.contains(slash) else { return nil }
        return MethodDescriptor(
            fullyQualifiedService: String(Substring(service)),
            method: String(Substring(method))
        )
    }
}
