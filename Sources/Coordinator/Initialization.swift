import Daemon
import Foundation
import GRPCTransport
import Plan
import Trust

/// `coordinator init`: everything a coordinator needs before its first start.
struct Initialization: Sendable, Equatable {
    /// The TCP port where the address names none.
    static let defaultPort = 7443
    /// The name in the credential of the operator on the coordinator's machine.
    static let operatorName = "admin"

    /// The cluster's name: an RFC 1123 label.
    let cluster: String
    /// A DNS name or a literal address.
    let address: String
    /// The TCP port.
    let port: Int

    /// Takes the cluster's name and where it will be reached: `HOST`, `HOST:PORT`, `[IPv6]:PORT`.
    init(cluster: String, address: String) throws(StateFailure) {
        guard RFC1123.isLabel(cluster) else {
            throw .invalid(
                "'\(cluster)' cannot name a cluster: use 1 to 63 of a-z, 0-9 and -, with no - at "
                    + "either end"
            )
        }
        guard let (host, port) = Endpoint.split(address.lowercased()), port != 0,
            CertificateAuthority.canName(address: host)
        else {
            throw .invalid(
                "'\(address)' is no address: write HOST, HOST:PORT or [IPv6]:PORT, for example "
                    + "coordinator.example.org:7443"
            )
        }
        self.cluster = cluster
        self.address = host
        self.port = port ?? Self.defaultPort
    }

    /// Makes the state. `config.json` comes last: a state without it is not complete.
    func run(in state: StateDirectory, now: Int64 = WallClock.now()) throws {
        try Self.refuseExisting(in: state)
        let strangers = state.strangers()
        guard strangers.isEmpty else { throw StateFailure.foreign(path: state.path, strangers) }
        try AtomicFile.createDirectory(state.path, mode: 0o700)
        // Whoever has the lock is the only one that makes or serves a coordinator here.
        let lock = try state.lock()
        defer { lock.release() }
        try Self.refuseExisting(in: state)
        let leftovers = state.leftovers()
        guard leftovers.isEmpty else { throw StateFailure.halfMade(path: state.path, leftovers) }
        try state.restrictToOwner()
        try write(to: state, now: now)
    }

    private static func refuseExisting(in state: StateDirectory) throws(StateFailure) {
        guard !FileManager.default.fileExists(atPath: state.configurationFile) else {
            throw .exists(path: state.path)
        }
    }

    private func write(to state: StateDirectory, now: Int64) throws {
        let authority = try CertificateAuthority.create(cluster: cluster, now: now)
        try Credential(
            certificate: authority.certificate.pem,
            key: try authority.key.pem(),
            authorities: authority.certificate.pem
        ).store(in: state.authority)
        let configuration = CoordinatorConfiguration(
            cluster: cluster,
            address: address,
            port: port
        )
        try OwnCredentials(state: state, configuration: configuration, authorities: .one(authority))
            .issue(now: now)
        try Store(path: state.store).close()
        try configuration.write(to: state)
    }
}
