import Steps

/// A cluster at one moment. What happens by itself in a real one (nodes turn Ready, Kilo checks in)
/// follows here from when things were written and from the time alone, so that no process has to
/// run for it.
struct SimulatedCluster: Sendable {
    /// The server's public address.
    let address: String
    let records: RecordStore
    let meshes: MeshMemory
    /// Simulated milliseconds since 1970.
    let now: Int64

    private var root: String { "clusters/\(address)" }

    // MARK: The server

    func server() throws(HostFailure) -> ServerRecord? {
        try read("server", as: ServerRecord.self)
    }

    func write(_ server: ServerRecord) throws(HostFailure) {
        try write("server", server)
    }

    /// Whether the API answers now.
    func answers() throws(HostFailure) -> Bool {
        guard let server = try server() else { return false }
        return server.readyAt <= now
    }

    // MARK: Nodes

    /// The registered nodes, by name.
    func nodes() throws(HostFailure) -> [NodeRecord] {
        try all("nodes", as: NodeRecord.self).filter { $0.registeredAt <= now }
    }

    func node(_ name: String) throws(HostFailure) -> NodeRecord? {
        guard let node = try anyNode(name), node.registeredAt <= now else { return nil }
        return node
    }

    /// The node of this name, even where it registers only later.
    func anyNode(_ name: String) throws(HostFailure) -> NodeRecord? {
        try read("nodes/\(name)", as: NodeRecord.self)
    }

    func write(_ node: NodeRecord) throws(HostFailure) {
        try write("nodes/\(node.name)", node)
    }

    func removeNode(_ name: String) throws(HostFailure) {
        try records.remove("\(root)/nodes/\(name).json")
    }

    /// Kilo's full mesh as it is now.
    func mesh() throws(HostFailure) -> SimulatedMesh {
        let version = records.version
        if let known = meshes.mesh(of: address, version, at: now) { return known }
        let mesh = try SimulatedMesh(of: self)
        meshes.keep(mesh, of: address, version)
        return mesh
    }

    // MARK: Tokens

    /// The tokens that have not expired.
    func tokens() throws(HostFailure) -> [TokenRecord] {
        try all("tokens", as: TokenRecord.self).filter { $0.expires > now }
    }

    func write(_ token: TokenRecord) throws(HostFailure) {
        try write("tokens/\(token.token)", token)
    }

    func removeToken(_ id: String) throws(HostFailure) {
        try records.remove("\(root)/tokens/\(id).json")
    }

    // MARK: Objects

    func object(_ path: String) throws(HostFailure) -> ObjectRecord? {
        try read("objects/\(path)", as: ObjectRecord.self)
    }

    /// Every object that was applied.
    func objects() throws(HostFailure) -> [ObjectRecord] {
        try all("objects", as: ObjectRecord.self)
    }

    func removeObject(_ path: String) throws(HostFailure) {
        try records.remove("\(root)/objects/\(path).json")
    }

    func write(_ object: ObjectRecord) throws(HostFailure) {
        try write("objects/\(object.path)", object)
    }

    // MARK: Records

    private func read<Record: Decodable & Sendable>(
        _ path: String,
        as type: Record.Type
    ) throws(HostFailure) -> Record? {
        try records.value("\(root)/\(path).json", as: type)
    }

    private func write(_ path: String, _ record: some Encodable) throws(HostFailure) {
        try records.write("\(root)/\(path).json", try JSONRecord.encode(record))
    }

    func all<Record: Decodable & Sendable>(
        _ directory: String,
        as type: Record.Type
    ) throws(HostFailure) -> [Record] {
        var found: [Record] = []
        for name in try records.names(in: "\(root)/\(directory)") where name.hasSuffix(".json") {
            // A record may go away between the listing and the reading.
            let path = "\(root)/\(directory)/\(name)"
            if let record = try records.value(path, as: type) { found.append(record) }
        }
        return found
    }
}
