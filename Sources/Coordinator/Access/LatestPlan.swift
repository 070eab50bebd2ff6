import Document
import Plan
import PlanFile
import Steps

/// The plan that was rolled out last, which is what commands about the cluster are about.
struct LatestPlan: Sendable {
    /// The plan.
    let plan: ClusterPlan
    /// The host that has the API's credentials: the plan's first server.
    let server: PlannedHost

    /// Reads it from the store.
    ///
    /// - Throws: Where nothing was rolled out, or by a release whose plans this one cannot read.
    init(in store: Store) async throws(ServiceFailure) {
        let row = try await store.serve { db throws in try RolloutTable.latest(1, in: db).first }
        guard let row else {
            throw .access(
                AccessProblem(
                    "nothing was rolled out yet, so there is no cluster to ask",
                    advice: "Begin with: coordinator rollout --plan plan.json"
                )
            )
        }
        let plan = try? PlanFile.read(Array(row.plan.utf8), name: "plan.json", format: .json)
        guard let plan, let server = plan.hosts.first(where: { $0.role == .server }) else {
            throw .access(
                AccessProblem(
                    "the plan of rollout \(row.id) is of another release and cannot be read",
                    advice: "Roll the plan out again with this release."
                )
            )
        }
        self.plan = plan
        self.server = server
    }
}
