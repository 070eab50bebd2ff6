import Plan
import Trust

/// Which operators' certificates count: those that this coordinator gave and nobody took back.
struct OperatorRegistry: Sendable {
    /// What was given.
    let store: Store
    /// Where the credential of the operator on this machine is: whoever can write there is master of
    /// the cluster in any case.
    let state: StateDirectory
    /// The clock, milliseconds since 1970.
    let now: @Sendable () -> Int64

    /// Fails where a certificate of an operator counts no longer.
    func demand(_ name: String, serial: String) async throws(ServiceFailure) {
        if let known = try await find(serial) {
            guard let revocation = known.revocation else { return }
            throw .certificate(.revokedOperator(name, revocation))
        }
        guard name == Initialization.operatorName, let own = try? own(), own.serial == serial
        else { throw .certificate(.unknownOperator(name)) }
        try await note(own)
    }

    /// The certificate of the operator on this machine, as it stands in the state folder.
    func own() throws(TrustFailure) -> OperatorCertificate {
        let credential = try Credential.load(from: state.operator)
        let certificate = try Certificate(pem: credential.certificate)
        return OperatorCertificate(certificate, of: Initialization.operatorName)
    }

    /// Remembers a certificate that was given.
    func note(_ certificate: OperatorCertificate) async throws(ServiceFailure) {
        let now = now()
        try await store.serve { db throws in try OperatorTable.add(certificate, at: now, in: db) }
    }

    private func find(_ serial: String) async throws(ServiceFailure) -> OperatorCertificate? {
        do {
            return try await store.read { db throws in try OperatorTable.find(serial, in: db) }
        } catch {
            throw .store(error)
        }
    }
}

extension OperatorCertificate {
    /// What there is to know of a certificate that was issued.
    init(_ certificate: Certificate, of name: String, madeBy: String = "") {
        self.init(
            serial: certificate.serial,
            name: name,
            issued: certificate.notBefore,
            expires: certificate.notAfter,
            madeBy: madeBy
        )
    }
}
