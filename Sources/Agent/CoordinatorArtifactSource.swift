import GRPCCore
import Protocol
import Steps
import SwiftProtobuf
import Synchronization

/// Artifacts as the coordinator sends them. A cut link is waited out, and the rest asked for from
/// where it broke off; how long that may take is up to the step's own time.
struct CoordinatorArtifactSource: ArtifactSource {
    /// How often in a row a transfer may break off without a byte having come.
    static let fruitlessLimit = 5

    private let connection: CoordinatorConnection

    /// Speaks over whichever connection there is.
    init(_ connection: CoordinatorConnection) {
        self.connection = connection
    }

    func fetch(
        sha256: String,
        from offset: Int64,
        receive: @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async throws(HostFailure) {
        var position = offset
        var fruitless = 0
        while true {
            guard let client = await connection.client() else { throw Self.cancelled }
            let transfer = await withoutActuallyEscaping(receive) { receive in
                await Self.transfer(sha256, from: position, over: client, to: receive)
            }
            switch transfer.end {
            case nil: return
            case .receiver(let failure)?: throw failure
            case .link(let error)?:
                fruitless = transfer.position > position ? 0 : fruitless + 1
                position = transfer.position
                guard Self.isWorthRepeating(error), fruitless < Self.fruitlessLimit else {
                    throw Self.failure(error, sha256: sha256)
                }
                try await Self.pause()
            }
        }
    }
}

extension CoordinatorArtifactSource {
    private enum Interruption {
        case receiver(HostFailure)
        case link(RPCError)
    }

    private struct Transfer {
        var position: Int64
        var end: Interruption?
    }

    private static var cancelled: HostFailure {
        HostFailure(.cancelled, "cancelled while an artifact was being fetched")
    }

    private static func transfer(
        _ sha256: String,
        from offset: Int64,
        over client: CoordinatorClient,
        to receive: @escaping @Sendable ([UInt8]) async throws(HostFailure) -> Void
    ) async -> Transfer {
        let position = Mutex(offset)
        let request = WireFetchArtifactRequest.with {
            $0.sha256 = sha256
            $0.offset = offset
        }
        var end: Interruption?
        do {
            try await client.fetchArtifact(request) { response in
                for try await chunk in response.messages {
                    try await receive([UInt8](chunk.data))
                    position.withLock { $0 += Int64(chunk.data.count) }
                }
            }
        } catch let failure as HostFailure {
            end = .receiver(failure)
        } catch let error as RPCError {
            end = .link(error)
        } catch is CancellationError {
            end = .receiver(cancelled)
        } catch {
            end = .link(RPCError(code: .unknown, message: "\(error)"))
        }
        return Transfer(position: position.withLock { $0 }, end: end)
    }

    private static func isWorthRepeating(_ error: RPCError) -> Bool {
        // Unauthenticated: over a connection whose certificate was just superseded.
        [
            .unavailable, .aborted, .resourceExhausted, .unknown, .internalError, .cancelled,
            .unauthenticated, .failedPrecondition,
        ].contains(error.code)
    }

    private static func failure(_ error: RPCError, sha256: String) -> HostFailure {
        switch error.code {
        case .notFound:
            HostFailure(
                .sourceUnavailable,
                "the coordinator has no artifact with sha256 \(sha256)",
                details: [OneLine.clip(error.message)]
            )
        default:
            HostFailure(
                .sourceUnavailable,
                "artifact \(sha256) cannot be fetched from the coordinator (\(error.code))",
                details: [OneLine.clip(error.message)]
            )
        }
    }

    private static func pause() async throws(HostFailure) {
        do {
            try await Task.sleep(for: .milliseconds(200))
        } catch {
            throw cancelled
        }
    }
}
