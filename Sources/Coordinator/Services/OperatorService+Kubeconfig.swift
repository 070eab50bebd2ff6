import Foundation
import GRPCCore
import Logging
import Plan
import Protocol
import Steps
import SwiftProtobuf

// The administrator's credential, which no journal and no log ever has.
extension OperatorService {
    func fetchKubeconfig(
        request: WireFetchKubeconfigRequest,
        context: ServerContext
    ) async throws
        -> WireFetchKubeconfigResponse
    {
        let name = Caller.operatorName(in: context)
        return try await answering { () async throws(ServiceFailure) in
            let server = try await firstServer()
            let question = AgentQuestion(registry: registry, mailbox: mailbox)
            let outputs = try await question.ask(ReadKubeconfig(), of: server.id)
            let entry: KubeconfigEntry
            do throws(KubeconfigEntry.Problem) {
                entry = try KubeconfigEntry(
                    k3s: outputs[ReadKubeconfig.output]?.reveal() ?? [],
                    cluster: preparation.cluster,
                    address: server.publicAddress
                )
            } catch {
                throw .step(server.id, StepFailure(error.message))
            }
            events.note(.kubeconfigFetched(from: server.id, by: name, at: now()))
            logger.note(
                "The kubeconfig was fetched",
                [.node: server.id.description, .operator: name]
            )
            return .with {
                $0.cluster = preparation.cluster
                $0.node = server.id.description
                $0.kubeconfig = Data(entry.file().reveal())
            }
        }
    }

    /// The first server of the plan that was rolled out last.
    private func firstServer() async throws(ServiceFailure) -> EarlierPlan.Server {
        let latest = try await store.serve { db throws in
            try RolloutTable.latest(1, in: db).first
        }
        guard let latest else {
            throw .notFound(
                "no plan was rolled out yet, so there is no cluster: coordinator rollout --plan FILE"
            )
        }
        guard let server = EarlierPlan.firstServer(in: latest.plan) else {
            throw .notFound("the plan of rollout \(latest.id) names no server")
        }
        return server
    }
}
