import FoundationEssentials
import Plan
import Steps
import Trust

// The program `k3s`: kubectl and tokens.
extension SimulatedHost {
    func k3s(_ arguments: [String], _ command: Command) throws(HostFailure) -> CommandResult {
        guard try files.read(Self.binary) != nil else {
            throw HostFailure(.programMissing, "there is no program k3s")
        }
        // Only a server has the credentials.
        guard let configuration = configuration(of: Self.serverUnit),
            try k3sPhase(of: Self.serverUnit) == .running
        else { return Self.refused }
        let cluster = internet.cluster(at: configuration.clusterAddress)
        switch arguments.first {
        case "kubectl":
            return try kubectl(Array(arguments.dropFirst()), command, cluster)
        case "token":
            return try token(Array(arguments.dropFirst()), command, cluster)
        case "etcd-snapshot":
            return try snapshot(Array(arguments.dropFirst()), command, cluster)
        default:
            throw Self.notSimulated(command)
        }
    }

    private static let refused = CommandResult(
        status: 1,
        standardError: "The connection to the server 127.0.0.1:6443 was refused - did you specify "
            + "the right host or port?\n"
    )

    /// `save --name NAME`: K3s adds the node's name and the second.
    private func snapshot(
        _ arguments: [String],
        _ command: Command,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        guard arguments.count == 3, arguments[0] == "save", arguments[1] == "--name" else {
            throw Self.notSimulated(command)
        }
        let folder = "/var/lib/rancher/k3s/server/db/snapshots"
        let node = try cluster.server()?.node ?? ""
        let name = "\(arguments[2])-\(node)-\(internet.now() / 1000)"
        try faults.refuse(writing: folder)
        let nodes = try cluster.nodes().map(\.name).joined(separator: " ")
        try files.write("\(folder)/\(name)", Array("etcd of \(nodes)\n".utf8), mode: 0o600)
        return CommandResult(status: 0, standardOutput: "Snapshot \(name) saved.\n")
    }

    private func token(
        _ arguments: [String],
        _ command: Command,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        switch arguments.first {
        case "create":
            return try createToken(Array(arguments.dropFirst()), command, cluster)
        case "list" where arguments.dropFirst() == ["-o", "json"]:
            let tokens = try cluster.tokens().map { token in
                JSONValue.object([
                    "token": .string(token.token), "description": .string(token.description),
                ])
            }
            return CommandResult(
                status: 0,
                standardOutput: tokens.isEmpty ? "null\n" : try Self.text(.array(tokens))
            )
        case "delete" where arguments.count == 2:
            try cluster.removeToken(arguments[1])
            let output = "bootstrap token \"\(arguments[1])\" deleted\n"
            return CommandResult(status: 0, standardOutput: output)
        default:
            throw Self.notSimulated(command)
        }
    }

    /// `--ttl 15m --description TEXT`.
    private func createToken(
        _ arguments: [String],
        _ command: Command,
        _ cluster: SimulatedCluster
    ) throws(HostFailure) -> CommandResult {
        guard arguments.count == 4, arguments[0] == "--ttl", arguments[2] == "--description",
            arguments[1].hasSuffix("m"), let minutes = Int64(arguments[1].dropLast()),
            let server = try cluster.server()
        else { throw Self.notSimulated(command) }
        let id = Self.letters(6)
        let secret = Self.letters(16)
        try cluster.write(
            TokenRecord(
                token: id,
                secretHash: SHA256.hex(Array(secret.utf8)),
                description: arguments[3],
                expires: internet.now() + minutes * 60_000
            )
        )
        let output = "K10\(server.authority)::\(id).\(secret)\n"
        return CommandResult(status: 0, standardOutput: output)
    }

    private static func letters(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<count).compactMap { _ in alphabet.randomElement(using: &generator) })
    }

    /// The value as kubectl prints it.
    static func text(_ value: JSONValue) throws(HostFailure) -> String {
        String(decoding: try JSONRecord.encode(value), as: UTF8.self) + "\n"
    }
}
