internal import GRPCCore
internal import HTTP2Session
internal import NIOCore
internal import TLSSession

/// The client's end of a connection: what tasks write becomes requests, what the server answers
/// becomes what they read.
final class ClientCalls: CallSide {
    let role = HTTP2Session.Role.client
    let lifetime: Duration? = nil
    private let limits: TransportLimits
    private let authority: String
    private let userAgent: String

    init(_ configuration: ClientConfiguration) {
        limits = configuration.limits
        authority = configuration.endpoint.description
        userAgent = configuration.userAgent
    }

    func established(_ session: TLSSession) throws(RPCError) -> TransportLimits {
        guard session.applicationProtocol != nil else {
            throw RPCError(
                code: .unavailable,
                message: "the server did not speak our protocol (no ALPN)"
            )
        }
        return limits
    }

    func received(
        _ fields: HeaderFields,
        on id: StreamID,
        endsStream: Bool,
        at connection: Connection
    ) {
        guard let exchange = connection.exchanges[id] else { return }
        if exchange.sawHeaders {
            exchange.stream.deliver(Self.status(fields))
            return
        }
        let httpStatus = fields[":status"]
        if httpStatus?.hasPrefix("1") == true, !endsStream { return }
        exchange.sawHeaders = true
        if fields["grpc-status"] != nil, endsStream {
            exchange.stream.deliver(Self.status(fields))
        } else if httpStatus != "200" || !RequestHead.isGRPC(fields["content-type"]) {
            let status = StatusMapping.status(
                forHTTP: httpStatus,
                contentType: fields["content-type"]
            )
            exchange.stream.deliver(.status(status, MetadataFields.read(fields)))
            connection.http2?.reset(id, .cancel)
        } else if endsStream {
            exchange.stream.deliver(Self.status(fields))
        } else {
            let encoding = fields["grpc-encoding"]
            exchange.deframer.acceptsCompressed =
                limits.acceptsGzip && encoding == MessageEncoding.gzip.rawValue
            exchange.stream.deliver(.metadata(MetadataFields.read(fields)))
        }
    }

    private static func status(_ fields: HeaderFields) -> CallPart {
        let metadata = MetadataFields.read(fields)
        guard let text = fields["grpc-status"] else {
            let message = "The server ended the call without a status."
            return .status(Status(code: .unknown, message: message), metadata)
        }
        let code = Int(text).flatMap(Status.Code.init(rawValue:)) ?? .unknown
        let message = fields["grpc-message"].map(PercentEncoding.decode) ?? ""
        return .status(Status(code: code, message: message), metadata)
    }

    func receivedTooManyHeaders(on id: StreamID, at connection: Connection) {
        guard let exchange = connection.exchanges[id] else { return }
        let message = "The answer's headers are over the limit of \(limits.headerBytes) bytes."
        failed(exchange, RPCError(code: .resourceExhausted, message: message), at: connection)
    }

    func receivedEnd(of exchange: Exchange, at connection: Connection) {
        exchange.stream.deliver(Self.status(HeaderFields()))
    }

    func failed(_ exchange: Exchange, _ error: RPCError, at connection: Connection) {
        guard exchange.stream.close(error) else { return }
        connection.http2?.reset(exchange.id, .cancel)
    }

    func send(_ work: CallStream.Work, of stream: CallStream, at connection: Connection) {
        var parts = work.parts[...]
        let exchange: Exchange
        if let known = connection.exchanges[stream] {
            exchange = known
        } else {
            guard case .metadata(let metadata)? = parts.popFirst(),
                let opened = open(
                    stream,
                    metadata,
                    isWhole: parts.isEmpty && work.isFinished,
                    connection
                )
            else { return }
            exchange = opened
        }
        for part in parts { connection.append(part, to: exchange) }
        if work.isFinished, !exchange.hasFinished {
            exchange.hasFinished = true
            connection.http2?.finish(exchange.id)
        }
    }

    private func open(
        _ stream: CallStream,
        _ metadata: Metadata,
        isWhole: Bool,
        _ connection: Connection
    ) -> Exchange? {
        do {
            guard let http2 = connection.http2, connection.phase == .open else {
                throw RPCError(
                    code: .unavailable,
                    message: "the connection takes no more calls"
                )
            }
            let fields = CallHeaders.request(
                path: stream.path,
                authority: authority,
                userAgent: userAgent,
                encoding: stream.encoding,
                acceptsGzip: limits.acceptsGzip,
                metadata
            )
            let id = try http2.request(fields, endsStream: isWhole)
            let exchange = Exchange(
                id: id,
                stream: stream,
                messageBytes: stream.messageBytes
            )
            exchange.hasFinished = isWhole
            exchange.expiry = MetadataFields.timeout(metadata).map { ContinuousClock.now + $0 }
            connection.exchanges.insert(exchange)
            return exchange
        } catch {
            stream.close(
                RPCError(
                    code: .unavailable,
                    message: "The call was not begun: \(ConnectionTrouble.words(for: error))."
                )
            )
            return nil
        }
    }

    func handlerEnded(_ stream: CallStream, at connection: Connection) {}
}
