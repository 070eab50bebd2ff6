import FoundationEssentials
import GRPCCore
import Plan
import Protocol
import Steps
import SwiftProtobuf
import Synchronization

/// The coordinator as the one who keeps sealed copies. A cut link fails the attempt: the step's own
/// repetition begins anew.
struct CoordinatorDepositSink: DepositSink {
    private let connection: CoordinatorConnection

    /// Speaks over whichever connection there is.
    init(_ connection: CoordinatorConnection) {
        self.connection = connection
    }

    func holds(_ name: String) async throws(HostFailure) -> Bool {
        let client = try await client()
        do {
            let request = WireFindDepositRequest.with { $0.name = name }
            return try await client.findDeposit(request).isHeld
        } catch {
            throw Self.failure(error, name)
        }
    }

    func deposit(
        _ name: String,
        _ body: @escaping DepositBody
    ) async throws(HostFailure) {
        let client = try await client()
        // gRPC tells of the call's end, and not why whoever wrote it stopped.
        let broken = Mutex<HostFailure?>(nil)
        do {
            _ = try await client.deposit { writer in
                let size = Atomic<Int64>(0)
                try await writer.write(.with { $0.name = name })
                do throws(HostFailure) {
                    try await body { bytes throws(HostFailure) in
                        do {
                            try await writer.write(.with { $0.data = Data(bytes) })
                            size.add(Int64(bytes.count), ordering: .relaxed)
                        } catch {
                            throw Self.failure(error, name)
                        }
                    }
                } catch {
                    broken.withLock { $0 = error }
                    throw error
                }
                try await writer.write(.with { $0.size = size.load(ordering: .relaxed) })
            }
        } catch {
            throw Self.end(of: error, after: broken.withLock { $0 }, name)
        }
    }

    private func client() async throws(HostFailure) -> CoordinatorClient {
        guard let client = await connection.client() else { throw Self.cancelled }
        return client
    }

    /// What the coordinator said counts more than that nothing could be written to it any more.
    private static func end(
        of error: any Error,
        after broken: HostFailure?,
        _ name: String
    ) -> HostFailure {
        guard let broken else { return failure(error, name) }
        let isLink =
            broken.code == .other && (error as? RPCError).map { $0.code != .unknown } == true
        return isLink ? failure(error, name) : broken
    }

    private static var cancelled: HostFailure {
        HostFailure(.cancelled, "cancelled while a copy was being handed over")
    }

    private static func failure(_ error: any Error, _ name: String) -> HostFailure {
        if error is CancellationError { return cancelled }
        guard let error = error as? RPCError else {
            return HostFailure(.other, "the coordinator did not take \(name): \(error)")
        }
        if Task.isCancelled { return cancelled }
        return HostFailure(
            .other,
            "the coordinator did not take \(name) (\(error.code))",
            details: [OneLine.clip(error.message)]
        )
    }
}
