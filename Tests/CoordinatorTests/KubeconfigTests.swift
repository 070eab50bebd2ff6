import Foundation
import Plan
import Testing

@testable import Coordinator

/// K3s' kubeconfig as one for others, alone or among those that a person has.
@Suite struct KubeconfigTests {
    private static func k3s(authority: String = "QVVUSE9SSVRZ") -> [UInt8] {
        Array(
            """
            apiVersion: v1
            clusters:
            - cluster:
                certificate-authority-data: \(authority)
                server: https://127.0.0.1:6443
              name: default
            contexts:
            - context:
                cluster: default
                user: default
              name: default
            current-context: default
            kind: Config
            users:
            - name: default
              user:
                client-certificate-data: Q0VSVA==
                client-key-data: S0VZS0VZ

            """.utf8
        )
    }

    private static func entry(authority: String = "QVVUSE9SSVRZ") throws -> KubeconfigEntry {
        try KubeconfigEntry(
            k3s: k3s(authority: authority),
            cluster: "three-clouds",
            address: "203.0.113.11"
        )
    }

    /// A file with another cluster, written by somebody else.
    private static let mine = """
        apiVersion: v1
        kind: Config
        preferences: {}
        current-context: work
        clusters:
        - name: work
          cluster: {server: "https://work.example.org", insecure-skip-tls-verify: true}
        contexts:
        - context:
            cluster: work
            namespace: "yes"
            user: me
          name: work
        users:
        - name: me
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: login
              args: [--name, "a: b", "1.0", 'null']
              env: null

        """

    @Test func `the address is public, the names are the cluster's, and it can be read again`()
        throws
    {
        let entry = try Self.entry()
        let text = String(decoding: entry.file().reveal(), as: UTF8.self)
        #expect(
            text == """
                apiVersion: v1
                kind: Config
                current-context: three-clouds
                clusters:
                - name: three-clouds
                  cluster:
                    certificate-authority-data: QVVUSE9SSVRZ
                    server: https://203.0.113.11:6443
                contexts:
                - name: three-clouds
                  context:
                    cluster: three-clouds
                    user: three-clouds
                users:
                - name: three-clouds
                  user:
                    client-certificate-data: Q0VSVA==
                    client-key-data: S0VZS0VZ

                """
        )
        #expect(try KubeconfigEntry(file: entry.file().reveal()) == entry)
        #expect(!"\(entry)".contains("S0VZS0VZ"))
    }

    @Test(arguments: ["", "- a", "clusters: []", "apiVersion: v1\nclusters: {a: *b}", "\u{0}"])
    func `what is no kubeconfig is told without its text`(text: String) {
        let problem = #expect(throws: KubeconfigEntry.Problem.self) {
            try KubeconfigEntry(k3s: Array(text.utf8), cluster: "a", address: "203.0.113.1")
        }
        #expect(problem?.message.contains("server's kubeconfig") == true)
    }

    @Test func `other clusters stay, and the current context stays the current one`() throws {
        let file = try KubeconfigFile(Array(Self.mine.utf8))
        let merged = try file.merging(Self.entry(), force: false).reveal()
        let text = String(decoding: merged, as: UTF8.self)
        for line in [
            "current-context: work", "preferences: {}", "    namespace: \"yes\"",
            "    insecure-skip-tls-verify: true", "      - \"a: b\"", "      - \"1.0\"",
            "      - \"null\"", "      env: null",
        ] {
            #expect(text.contains(line + "\n"), "\(line)\n\(text)")
        }
        let again = try KubeconfigFile(merged)
        #expect(again.hasContext("work") && again.hasContext("three-clouds"))
        #expect(again.currentContext == "work")
        // Once more, it is the same.
        #expect(try again.merging(Self.entry(), force: false).reveal() == merged)
    }

    @Test func `another cluster of the same name gives way only by force`() throws {
        let file = try KubeconfigFile(Self.entry(authority: "T1RIRVI=").file().reveal())
        #expect(throws: KubeconfigFile.Conflict.taken(server: "https://203.0.113.11:6443")) {
            try file.merging(Self.entry(), force: false)
        }
        let forced = try file.merging(Self.entry(), force: true)
        #expect(try KubeconfigEntry(file: forced.reveal()).authority == "QVVUSE9SSVRZ")
    }

    @Test func `a file is made, added to, and left alone where it cannot be`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/.kube/config"
        let made = try KubeconfigPlace(path: path, force: false).put(Self.entry())
        #expect(made.contains("was made"))
        #expect(try folder.mode(of: ".kube/config") == 0o600)
        #expect(try folder.mode(of: ".kube") == 0o700)
        let anew = try KubeconfigPlace(path: path, force: false).put(Self.entry())
        #expect(anew.contains("anew"))

        try folder.write(".kube/config", Self.mine)
        let added = try KubeconfigPlace(path: path, force: false).put(Self.entry())
        #expect(added.contains("beside what it had"))
        #expect(added.contains("kubectl --context three-clouds get nodes"))
        #expect(try folder.mode(of: ".kube/config") == 0o600)

        let broken = "clusters: [&a {name: x}, *a]\n"
        try folder.write(".kube/config", broken)
        let failure = #expect(throws: CommandFailure.self) {
            try KubeconfigPlace(path: path, force: true).put(Self.entry())
        }
        #expect(failure?.message.contains("line 1") == true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == broken)
    }

    @Test func `a link stays a link`() throws {
        let folder = try TemporaryFolder()
        try folder.write("real", Self.mine)
        let link = folder.path + "/link"
        try FileManager.default.createSymbolicLink(
            atPath: link,
            withDestinationPath: folder.path + "/real"
        )
        _ = try KubeconfigPlace(path: link, force: false).put(Self.entry())
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link).hasSuffix("/real"))
        #expect(try String(contentsOfFile: link, encoding: .utf8).contains("three-clouds"))
    }
}
