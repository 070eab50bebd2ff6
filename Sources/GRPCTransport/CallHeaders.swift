internal import GRPCCore
internal import HTTP2Session

/// The header blocks of calls, as we send them.
enum CallHeaders {
    /// How many bytes `grpc-message` may have, encoded. Peers bound the size of trailers, commonly at
    /// 8 KiB: a very long message would cost the status itself.
    static let mostMessageBytes = 4096

    /// A request's.
    static func request(
        path: String,
        authority: String,
        userAgent: String,
        encoding: MessageEncoding = .identity,
        acceptsGzip: Bool = false,
        _ metadata: Metadata
    ) -> HeaderFields {
        var fields = HeaderFields()
        fields.add(":method", "POST")
        fields.add(":scheme", "https")
        fields.add(":path", path)
        fields.add(":authority", authority)
        fields.add("content-type", "application/grpc")
        fields.add("te", "trailers")
        fields.add("user-agent", userAgent)
        fields.add("grpc-accept-encoding", MessageEncoding.accepted(gzip: acceptsGzip))
        if encoding != .identity { fields.add("grpc-encoding", encoding.rawValue) }
        MetadataFields.add(metadata, to: &fields, except: "user-agent")
        return fields
    }

    /// A response's, before its messages.
    static func response(
        encoding: MessageEncoding = .identity,
        _ metadata: Metadata
    ) -> HeaderFields {
        var fields = HeaderFields()
        fields.add(":status", "200")
        fields.add("content-type", "application/grpc")
        if encoding != .identity { fields.add("grpc-encoding", encoding.rawValue) }
        MetadataFields.add(metadata, to: &fields)
        return fields
    }

    /// A response's, after its messages.
    static func trailers(_ status: Status, _ metadata: Metadata) -> HeaderFields {
        var fields = HeaderFields()
        add(status, metadata, to: &fields)
        return fields
    }

    /// A response's that has no messages.
    static func trailersOnly(_ status: Status, _ metadata: Metadata) -> HeaderFields {
        var fields = response([:])
        add(status, metadata, to: &fields)
        return fields
    }

    /// A response to a request that is not served.
    static func refusal(_ refusal: RequestHead.Refusal) -> HeaderFields {
        switch refusal {
        case .http(let status):
            var fields = HeaderFields()
            fields.add(":status", String(status))
            return fields
        case .status(let status): return trailersOnly(status, [:])
        case .compression(let status, let acceptsGzip):
            var fields = trailersOnly(status, [:])
            fields.add("grpc-accept-encoding", MessageEncoding.accepted(gzip: acceptsGzip))
            return fields
        }
    }

    private static func add(
        _ status: Status,
        _ metadata: Metadata,
        to fields: inout HeaderFields
    ) {
        fields.add("grpc-status", String(status.code.rawValue))
        if !status.message.isEmpty {
            let message = PercentEncoding.encode(status.message, atMost: mostMessageBytes)
            fields.add("grpc-message", message)
        }
        MetadataFields.add(metadata, to: &fields)
    }
}
