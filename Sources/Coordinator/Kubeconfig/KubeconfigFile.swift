import Document
import Plan

/// A file of kubectl's, as data: what of it is not ours is kept as it is, comments aside.
struct KubeconfigFile: Sendable {
    private let members: [DocumentMember]

    /// For problems of its syntax.
    static let subject = DocumentSubject(
        noun: "kubeconfig",
        sizeLimit: 4 << 20,
        sizeAdvice: "Name the right file.",
        emptyAdvice: "Remove the file; it is made anew.",
        usualDepth: "five"
    )

    /// Why the cluster does not go into the file.
    enum Conflict: Error, Equatable {
        /// The file is none that could be read; where, and why.
        case unreadable(line: Int, String)
        /// The name is taken by another cluster, whose API is there.
        case taken(server: String)
    }

    /// A file without clusters.
    static func empty(current: String) -> KubeconfigFile {
        func text(_ key: String, _ value: String) -> DocumentMember {
            DocumentMember(key: key, keyPosition: .start, value: .text(value))
        }
        return KubeconfigFile(members: [
            text("apiVersion", "v1"), text("kind", "Config"), text("current-context", current),
        ])
    }

    private init(members: [DocumentMember]) {
        self.members = members
    }

    /// Reads a file.
    init(_ bytes: [UInt8]) throws(Conflict) {
        let tree: DocumentTree
        do {
            tree = try DocumentReader.read(bytes, .yaml, Self.subject)
        } catch {
            throw .unreadable(line: error.line, error.message)
        }
        if let problem = tree.problems.first {
            throw .unreadable(line: problem.line, problem.message)
        }
        guard case .object(let members) = tree.root.content else {
            throw .unreadable(line: 1, "it is no object")
        }
        self.init(members: members)
    }

    /// The context that kubectl takes by itself; nothing where the file says none.
    var currentContext: String? {
        guard case .string(let name)? = member("current-context")?.content, !name.isEmpty else {
            return nil
        }
        return name
    }

    /// Whether the file knows a context of this name.
    func hasContext(_ name: String) -> Bool {
        list("contexts").contains { Self.name(of: $0) == name }
    }

    /// The file with the cluster in it.
    ///
    /// - Parameters:
    ///   - entry: The cluster.
    ///   - force: Whether another cluster of the same name gives way.
    /// - Returns: The whole file's text.
    /// - Throws: `Conflict.taken` where the name is another cluster's.
    func merging(_ entry: KubeconfigEntry, force: Bool) throws(Conflict) -> Secret {
        let same = list("clusters").first { Self.name(of: $0) == entry.name }
        if let same, !force {
            let authority = same.member("cluster")?.value.member("certificate-authority-data")
            guard authority?.value.text == entry.authority else {
                let server = same.member("cluster")?.value.member("server")?.value.text
                throw .taken(server: server ?? "an unknown address")
            }
        }
        return Secret(KubeconfigText.text(of: .object(adding(entry))))
    }

    /// The members with the cluster's entries in the place of those of the same name.
    func adding(_ entry: KubeconfigEntry) -> [DocumentMember] {
        var members = members
        func put(_ key: String, _ node: DocumentNode) {
            var nodes = list(key)
            if let place = nodes.firstIndex(where: { Self.name(of: $0) == entry.name }) {
                nodes[place] = node
            } else {
                nodes.append(node)
            }
            let value = DocumentNode(position: .start, content: .list(nodes))
            replace(key, by: value, in: &members)
        }
        put("clusters", entry.clusterNode)
        put("contexts", entry.contextNode)
        put("users", entry.userNode)
        if currentContext == nil { replace("current-context", by: .text(entry.name), in: &members) }
        return members
    }

    private func replace(
        _ key: String,
        by value: DocumentNode,
        in members: inout [DocumentMember]
    ) {
        let member = DocumentMember(key: key, keyPosition: .start, value: value)
        if let place = members.firstIndex(where: { $0.key == key }) {
            members[place] = member
        } else {
            members.append(member)
        }
    }

    private func member(_ key: String) -> DocumentNode? {
        members.first { $0.key == key }?.value
    }

    private func list(_ key: String) -> [DocumentNode] {
        guard case .list(let nodes)? = member(key)?.content else { return [] }
        return nodes
    }

    private static func name(of node: DocumentNode) -> String? {
        node.member("name")?.value.text
    }
}

extension DocumentNode {
    /// The text, where it is one.
    fileprivate var text: String? {
        guard case .string(let text) = content else { return nil }
        return text
    }
}
