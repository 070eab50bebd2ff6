import Foundation
import Testing

/// The real secrets of a world, looked for wherever they must not be.
struct Secrecy {
    private let world: World

    /// Of this world.
    init(_ world: World) {
        self.world = world
    }

    /// No secret stands in a command line, an environment, a log or an agent's state. Keys lie in
    /// `key.pem` alone, and that is its owner's alone.
    func expectKept(programs: [Program]) throws {
        let cluster = try clusterTokens()
        #expect(!cluster.isEmpty)
        let secrets = try joinTokens() + keys() + cluster
        for program in programs {
            for file in ["cmdline", "environ"] {
                expectNone(of: secrets, in: "/proc/\(program.id)/\(file)")
            }
        }
        for file in try files(under: world.logs) where !isTokenOutput(file) {
            expectNone(of: secrets, in: file.path)
        }
        for host in World.hosts {
            for file in try files(under: world.agentState(of: host)) {
                if file.lastPathComponent == "key.pem" {
                    let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
                    #expect(attributes[.posixPermissions] as? Int == 0o600)
                } else {
                    expectNone(of: secrets, in: file.path)
                }
            }
        }
    }

    /// The secret part of each token; the rest of one is public.
    private func joinTokens() throws -> [String] {
        try World.hosts.map { host in
            let text = try String(contentsOf: world.tokenFile(of: host), encoding: .utf8)
            let parts = text.split(separator: ".")
            return String(try #require(parts.count == 5 ? parts[2] : nil))
        }
    }

    /// One line from the middle of each private key.
    private func keys() throws -> [String] {
        try World.hosts.map { host in
            let file = world.agentState(of: host).appendingPathComponent("key.pem")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            return String(try #require(lines.dropFirst().first))
        }
    }

    /// What lies in K3s' token files on the simulated machines.
    private func clusterTokens() throws -> [String] {
        try World.hosts.flatMap { host in
            try files(under: world.machine(host))
                .filter { $0.lastPathComponent.hasSuffix("token") }
                .compactMap { try? String(contentsOf: $0, encoding: .utf8) }
                .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
                .filter { $0.count >= 16 && !$0.hasPrefix("{") }
        }
    }

    private func expectNone(of secrets: [String], in path: String) {
        guard let data = FileManager.default.contents(atPath: path) else { return }
        for (place, secret) in secrets.enumerated() {
            let isThere = data.range(of: Data(secret.utf8)) != nil
            #expect(!isThere, "secret number \(place) stands in \(path)")
        }
    }

    /// `token create` prints its token on standard output: that is what it is for.
    private func isTokenOutput(_ file: URL) -> Bool {
        guard file.pathExtension == "out",
            let text = try? String(contentsOf: file, encoding: .utf8)
        else { return false }
        return text.hasPrefix("isthmus-join-") && text.split(separator: "\n").count == 1
    }

    private func files(under folder: URL) throws -> [URL] {
        let walk = FileManager.default.enumerator(
            at: folder,
            includingPropertiesForKeys: [.isRegularFileKey]
        )
        return (walk?.compactMap { $0 as? URL } ?? []).filter {
            (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
        }
    }
}
