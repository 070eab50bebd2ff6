import GRPCCore
import Testing

@testable import Coordinator

@Suite struct ServiceFailureTests {
    /// The command line takes `unavailable` for a coordinator that is out of reach.
    @Test func `a file that cannot be fetched is no coordinator out of reach`() {
        let failure = ArtifactFailure.unreachable(
            url: "https://example.org/k3s",
            reason: "could not resolve host"
        )
        let message = "https://example.org/k3s cannot be fetched: could not resolve host"
        for answer in [ServiceFailure.artifact(failure), .start(.artifact(failure))] {
            let error = RPCError(answer)
            #expect(error.code == .failedPrecondition)
            #expect(error.message == message)
            let told = CommandFailure.answer(error, address: "203.0.113.1:7443", suffix: "")
            #expect(told.text == "Error: \(message)")
        }
    }
}
