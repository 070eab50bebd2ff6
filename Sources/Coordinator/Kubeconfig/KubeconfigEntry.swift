import Document
import Plan

/// One cluster as kubectl knows it: where its API is, whom to believe there, and as whom to speak.
struct KubeconfigEntry: Sendable, Equatable {
    /// What the cluster, the user and the context are called.
    var name: String
    /// `https://HOST:6443`.
    var server: String
    /// The cluster's authority, base64 of PEM; it tells one cluster from another.
    let authority: String
    /// The administrator's certificate, base64 of PEM.
    private let certificate: String
    /// Its key, base64 of PEM.
    private let key: Secret

    /// Why a text is no kubeconfig of K3s.
    struct Problem: Error, Equatable {
        let message: String
    }

    /// Reads what K3s wrote for its own machine, and makes it one for others.
    ///
    /// - Parameters:
    ///   - k3s: `/etc/rancher/k3s/k3s.yaml`.
    ///   - cluster: What the context is called.
    ///   - address: The server's public address.
    /// - Throws: `Problem` where the text is no kubeconfig of K3s.
    init(k3s: [UInt8], cluster: String, address: String) throws(Problem) {
        try self.init(file: k3s)
        name = cluster
        server = "https://\(address):6443"
    }

    /// Reads the first cluster and the first user of a file.
    init(file: [UInt8]) throws(Problem) {
        let root: DocumentNode
        do {
            root = try DocumentReader.read(file, .yaml, KubeconfigFile.subject).root
        } catch {
            // The problem's excerpt would show a secret.
            throw Problem(message: "the server's kubeconfig is no YAML that could be read")
        }
        let cluster = Self.first("clusters", of: root)
        let user = Self.first("users", of: root)
        guard let server = Self.text("server", of: cluster, "cluster"),
            let authority = Self.text("certificate-authority-data", of: cluster, "cluster"),
            let certificate = Self.text("client-certificate-data", of: user, "user"),
            let key = Self.text("client-key-data", of: user, "user")
        else {
            throw Problem(
                message:
                    "the server's kubeconfig lacks a server, an authority, a certificate or a key"
            )
        }
        guard case .string(let name)? = cluster?.member("name")?.value.content else {
            throw Problem(message: "the cluster of the server's kubeconfig has no name")
        }
        self.name = name
        self.server = server
        self.authority = authority
        self.certificate = certificate
        self.key = Secret(key)
    }

    /// A whole file of this cluster alone.
    func file() -> Secret {
        Secret(KubeconfigText.text(of: .object(KubeconfigFile.empty(current: name).adding(self))))
    }

    private static func first(_ list: String, of root: DocumentNode) -> DocumentNode? {
        guard case .list(let nodes)? = root.member(list)?.value.content else { return nil }
        return nodes.first
    }

    private static func text(
        _ key: String,
        of entry: DocumentNode?,
        _ inner: String
    ) -> String? {
        guard case .string(let text)? = entry?.member(inner)?.value.member(key)?.value.content,
            !text.isEmpty
        else { return nil }
        return text
    }
}

extension KubeconfigEntry {
    /// What stands in the list `clusters`.
    var clusterNode: DocumentNode {
        .object([
            ("name", .text(name)),
            (
                "cluster",
                .object([
                    ("certificate-authority-data", .text(authority)), ("server", .text(server)),
                ])
            ),
        ])
    }

    /// What stands in the list `users`.
    var userNode: DocumentNode {
        let key = String(decoding: key.reveal(), as: UTF8.self)
        return .object([
            ("name", .text(name)),
            (
                "user",
                .object([
                    ("client-certificate-data", .text(certificate)),
                    ("client-key-data", .text(key)),
                ])
            ),
        ])
    }

    /// What stands in the list `contexts`.
    var contextNode: DocumentNode {
        .object([
            ("name", .text(name)),
            ("context", .object([("cluster", .text(name)), ("user", .text(name))])),
        ])
    }
}

extension DocumentNode {
    /// A text that stands nowhere.
    static func text(_ text: String) -> DocumentNode {
        DocumentNode(position: .start, content: .string(text))
    }

    /// An object that stands nowhere.
    static func object(_ members: [(String, DocumentNode)]) -> DocumentNode {
        DocumentNode(
            position: .start,
            content: .object(
                members.map { DocumentMember(key: $0.0, keyPosition: .start, value: $0.1) }
            )
        )
    }
}
