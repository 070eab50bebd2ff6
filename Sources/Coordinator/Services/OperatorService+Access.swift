import GRPCCore
import Logging
import Plan
import Protocol
import Steps
import SwiftProtobuf

// How people reach and see the cluster.
extension OperatorService {
    func createDashboardToken(
        request: WireCreateDashboardTokenRequest,
        context: ServerContext
    ) async throws -> WireCreateDashboardTokenResponse {
        let name = Caller.operatorName(in: context)
        return try await answering { () async throws(ServiceFailure) in
            guard let rights = DashboardRights(rawValue: request.rights) else {
                throw .invalid("rights are view or admin")
            }
            guard MintDashboardToken.lives.contains(request.timeToLive) else {
                throw .invalid("a login lives ten minutes to seven days")
            }
            let latest = try await LatestPlan(in: store)
            let errand = MintDashboardToken(rights: rights, seconds: request.timeToLive)
            let token = try await doing(errand, on: latest.server.id)
            logger.note(
                "A login to the dashboard was made",
                [.operator: name, .reason: rights.rawValue]
            )
            return .with {
                $0.token = String(decoding: token.reveal(), as: UTF8.self)
                $0.hostname = latest.plan.tunnel?.hostname ?? ""
            }
        }
    }

    func showTopology(
        request: WireShowTopologyRequest,
        context: ServerContext
    ) async throws -> WireTopology {
        try await answering { () async throws(ServiceFailure) in
            let latest = try await LatestPlan(in: store)
            let survey = MeshSurvey(latest: latest, errands: errands, at: now())
            do throws(AccessProblem) {
                return try await survey.run()
            } catch {
                throw .access(error)
            }
        }
    }

    func removeTunnel(
        request: WireRemoveTunnelRequest,
        context: ServerContext
    ) async throws -> WireRemoveTunnelResponse {
        try await answering { () async throws(ServiceFailure) in
            do throws(StartRefusal) {
                try await driver.demandIdle()
            } catch {
                throw .start(error)
            }
            let latest = try await LatestPlan(in: store)
            guard let tunnel = latest.plan.tunnel else {
                throw .access(
                    AccessProblem(
                        "the plan that was rolled out last has no tunnel",
                        advice:
                            "What an earlier plan published is looked for under its own: roll it "
                            + "out once more."
                    )
                )
            }
            let brought = try await doing(RemoveTunnel(), on: latest.server.id, timeout: 400_000)
            let isDeleted: Bool
            do throws(AccessProblem) {
                isDeleted = try await publishing?.run(tunnel) ?? true
            } catch {
                throw .access(error)
            }
            logger.note("A tunnel was removed", [.reason: tunnel.name])
            return .with {
                $0.hostnames = String(decoding: brought.reveal(), as: UTF8.self)
                    .split(separator: "\n").map(String.init)
                $0.tunnel = tunnel.name
                $0.tunnelDeleted = isDeleted
            }
        }
    }

    private var errands: Errands { Errands(registry: registry, mailbox: mailbox) }

    private func doing(
        _ errand: some Errand,
        on host: HostID,
        timeout: Int64 = 60_000
    ) async throws(ServiceFailure) -> Secret {
        do throws(AccessProblem) {
            return try await errands.run(errand, on: host, timeout: timeout)
        } catch {
            throw .access(error)
        }
    }
}
