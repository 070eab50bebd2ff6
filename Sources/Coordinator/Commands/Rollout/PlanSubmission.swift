import Foundation
import Plan
import PlanFile
import Protocol
import SwiftProtobuf

/// A plan without problems, as it is sent.
struct PlanSubmission: Sendable {
    /// What it says.
    let plan: ClusterPlan
    /// Its text.
    let request: WireStartRolloutRequest

    /// One byte more than a plan may have, so that a longer one is noticed.
    private static let readLimit = (4 << 20) + 1

    /// Reads the file (`-`: standard input) and checks it here, before anyone is asked.
    static func read(_ file: String) throws(CommandFailure) -> PlanSubmission {
        let bytes = try bytes(of: file)
        do {
            let plan = try PlanFile.read(bytes, name: file)
            let request = WireStartRolloutRequest.with {
                $0.plan = Data(bytes)
                $0.fileName = file
            }
            return PlanSubmission(plan: plan, request: request)
        } catch {
            throw CommandFailure(
                "the plan has problems; nothing was begun.\n" + error.rendered(color: false),
                code: .usage
            )
        }
    }

    private static func bytes(of file: String) throws(CommandFailure) -> [UInt8] {
        do {
            let handle =
                file == "-"
                ? FileHandle.standardInput
                : try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            return try [UInt8](handle.read(upToCount: readLimit) ?? Data())
        } catch {
            throw CommandFailure(
                "the plan \(file) cannot be read: \(reason(error))",
                advice: ["Name a plan's file, or - for standard input: --plan FILE"],
                code: .usage
            )
        }
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "permission denied"
        default: error.localizedDescription
        }
    }
}
