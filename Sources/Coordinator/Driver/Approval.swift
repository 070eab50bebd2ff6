import Foundation
import Protocol

// What an operator was shown, and that nothing else begins.

extension DryRunFindings {
    /// Remembers them under their digest.
    func keep(in store: Store, at now: Int64) async throws {
        let (bytes, digest) = (try encoded(), try digest())
        try await store.write { db throws in
            try DryRunTable.keep(bytes, digest: digest, at: now, in: db)
        }
    }

    /// What the dry run that ended with this digest found.
    ///
    /// - Throws: `StartRefusal` where none is known.
    fileprivate static func kept(
        _ digest: String,
        in store: Store
    ) async throws(StartRefusal) -> DryRunFindings {
        let bytes: Data?
        do {
            bytes = try await store.read { db throws in try DryRunTable.find(digest, in: db) }
        } catch {
            throw .store(error)
        }
        guard let bytes, let findings = try? JSONDecoder().decode(Self.self, from: bytes) else {
            let most = DryRunTable.most
            throw .notApproved([
                "no dry run that ended with \(digest) is known here (the latest \(most) are)"
            ])
        }
        return findings
    }
}

extension DryRun {
    /// Looks again at everything, and fails unless it is as it was approved.
    ///
    /// - Parameters:
    ///   - approved: The digest that a dry run ended with.
    ///   - store: Where its findings are.
    /// - Throws: `StartRefusal` with all that is otherwise.
    func demand(_ approved: String, in store: Store) async throws(StartRefusal) {
        let shown = try await DryRunFindings.kept(approved, in: store)
        guard prepared.digest == shown.plan else {
            throw .notApproved(["the plan itself: \(prepared.digest), and not \(shown.plan)"])
        }
        var problems: [String] = []
        do {
            let findings = try await run { event in
                guard case .step(let step)? = event.event, step.state == .failed else { return }
                problems.append("\(step.stepID): it cannot be checked now: \(step.message)")
            }
            if findings == shown { return }
            problems += findings?.differences(from: shown) ?? []
        } catch {
            problems.append("it cannot be looked at now: \(error)")
        }
        throw .notApproved(problems.isEmpty ? ["the steps of the plan are other ones"] : problems)
    }
}
