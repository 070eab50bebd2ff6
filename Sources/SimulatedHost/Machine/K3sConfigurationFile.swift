/// Why K3s does not start.
struct K3sProblem: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}

/// K3s' configuration: flat YAML with texts and lists in one line, and only keys that K3s knows.
struct K3sConfigurationFile {
    private var values: [String: [String]] = [:]

    init(_ text: String) throws(K3sProblem) {
        let lines = text.split(separator: "\n")
        // Only servers have an address of their own to tell.
        let isAgent = !lines.contains { $0.hasPrefix("advertise-address: ") }
        let keys = K3sFlags.own.union(K3sFlags.common).union(isAgent ? [] : K3sFlags.server)
        for line in lines where !line.hasPrefix("#") {
            let parts = line.split(separator: ": ", maxSplits: 1)
            guard parts.count == 2 else {
                throw K3sProblem("failed to parse config.yaml: \(line)")
            }
            let key = String(parts[0])
            guard keys.contains(key) else {
                throw K3sProblem("flag provided but not defined: -\(key)")
            }
            values[key] = Self.list(parts[1])
        }
        guard values["node-name"] != nil else { throw K3sProblem("node-name is missing") }
    }

    /// The public address of the server that began the cluster.
    var clusterAddress: String {
        let server = text("server").dropFirst("https://".count).prefix { $0 != ":" }
        return server.isEmpty ? text("advertise-address") : String(server)
    }

    /// The text of a key, empty where it is not set.
    func text(_ key: String) -> String {
        values[key]?.first ?? ""
    }

    /// The texts of a key.
    func list(_ key: String) -> [String] {
        values[key] ?? []
    }

    private static func list(_ text: Substring) -> [String] {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return [unquoted(text)] }
        return text.dropFirst().dropLast().split(separator: ", ").map(unquoted)
    }

    private static func unquoted(_ text: Substring) -> String {
        text.hasPrefix("\"") ? String(text.dropFirst().dropLast()) : String(text)
    }
}
