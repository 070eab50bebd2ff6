import Foundation
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf

// Sealed copies that servers left here.
extension OperatorService {
    func listSnapshots(
        request: WireListSnapshotsRequest,
        context: ServerContext
    ) async throws
        -> WireListSnapshotsResponse
    {
        let entries = snapshots.entries()
        return .with {
            $0.snapshots = entries.map { entry in
                .with {
                    $0.name = entry.name
                    $0.node = entry.node.description
                    $0.size = entry.size
                    $0.at = entry.at
                }
            }
        }
    }

    func fetchSnapshot(
        request: WireFetchSnapshotRequest,
        response: RPCWriter<WireSnapshotPart>,
        context: ServerContext
    ) async throws {
        guard let entry = snapshots.find(request.name) else {
            throw RPCError(.snapshot(.unknown(request.name)))
        }
        events.note(
            .snapshotFetched(entry.name, by: Caller.operatorName(in: context), at: now())
        )
        let url = URL(fileURLWithPath: snapshots.path(of: entry))
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        var isFirst = true
        while let data = try file.read(upToCount: 64 << 10), !data.isEmpty {
            let total = isFirst ? entry.size : 0
            isFirst = false
            try await response.write(
                .with {
                    $0.data = data
                    $0.total = total
                }
            )
        }
    }
}
