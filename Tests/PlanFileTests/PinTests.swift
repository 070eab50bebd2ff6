import Document
import Foundation
import Plan
import PlanFile
import Testing

/// Hashes are written into a plan's text, and nothing else of it changes.
struct PinTests {
    private static let hashes: [PlanPointer: String] = [
        pointer("k3s", "amd64"): String(repeating: "a", count: 64),
        pointer("k3s", "arm64"): String(repeating: "1", count: 64),
        pointer("installScript"): String(repeating: "0", count: 63) + "e",
    ]

    @Test(
        arguments: [
            ("plain.json", json(#""k3s": { "version": "v1.34.3+k3s1" }"#)),
            ("compact.json", json(#""k3s":{"version":"v1.34.3+k3s1"}"#).replacing("\n", with: "")),
            (
                "windows.json",
                json(#""k3s": { "version": "v1.34.3+k3s1" }"#).replacing("\n", with: "\r\n")
            ),
            (
                "some.json",
                json(
                    """
                    "k3s": { "version": "v1.34.3+k3s1" },
                      "artifacts": {
                        "k3s": {
                          "amd64": { "url": "https://example.org/}k3s\\"{" }
                        },
                        "installScript": {}
                      },
                      "policies": { "attempts": 5 }
                    """
                )
            ),
            ("block.yaml", yaml("")),
            ("no-line-end.yaml", String(yaml("").dropLast())),
            ("comments.yaml", yaml("# the end\n")),
            (
                "some.yaml",
                yaml(
                    """
                    artifacts:
                      # ours
                      k3s:
                        amd64:   # the usual one
                          url: https://example.org/k3s
                      installScript: {}  # upstream's
                    policies: { attempts: 5 }

                    """
                )
            ),
            ("flow.yaml", yaml("artifacts: { k3s: {amd64: {url: 'https://example.org/k3s'}} }\n")),
            ("windows.yaml", yaml("").replacing("\n", with: "\r\n")),
        ]
    )
    func `hashes come in, and all else stays`(_ name: String, _ text: String) throws {
        let plan = try PlanText(Array(text.utf8), name: name)
        let bytes = try #require(plan.pinned(Self.hashes))
        let pinned = try PlanText(bytes, name: name)
        for (pointer, sha256) in Self.hashes {
            let artifact = PlanArtifact.all(of: pinned.plan).first { $0.pointer == pointer }
            #expect(artifact?.reference.sha256 == sha256)
            let before = PlanArtifact.all(of: plan.plan).first { $0.pointer == pointer }
            #expect(artifact?.reference.url == before?.reference.url)
        }
        #expect(pinned.plan.hosts == plan.plan.hosts)
        #expect(pinned.plan.policies == plan.plan.policies)
        // What was there is there still, in its order.
        var rest = bytes[...]
        for byte in text.utf8 {
            let index = try #require(rest.firstIndex(of: byte))
            rest = rest[(index + 1)...]
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        for line in text.split(separator: "\n") where line.contains("#") {
            #expect(lines.contains { $0.contains(line.split(separator: "#").last ?? "?") })
        }
    }

    @Test func `a new part is laid out like the plan`() throws {
        let text = Self.json(#""k3s": { "version": "v1.34.3+k3s1" }"#)
        let plan = try PlanText(Array(text.utf8), name: "plan.json")
        let pinned = String(decoding: plan.pinned(Self.hashes) ?? [], as: UTF8.self)
        #expect(
            pinned.hasSuffix(
                """
                  "k3s": { "version": "v1.34.3+k3s1" },
                  "artifacts": {
                    "k3s": {
                      "amd64": { "sha256": "\(String(repeating: "a", count: 64))" },
                      "arm64": { "sha256": "\(String(repeating: "1", count: 64))" }
                    },
                    "installScript": { "sha256": "\(String(repeating: "0", count: 63))e" }
                  }
                }

                """
            )
        )
        let block = try PlanText(Array(Self.yaml("").utf8), name: "plan.yaml")
        let written = String(decoding: block.pinned(Self.hashes) ?? [], as: UTF8.self)
        #expect(written.contains("\nartifacts:\n"))
        #expect(written.contains("\n  installScript:\n    sha256: \"000"))
        #expect(written.contains("\n    amd64:\n      sha256: \"aaa"))
    }

    @Test func `what cannot be added to is left alone`() throws {
        let text = Self.yaml(
            "? artifacts\n: k3s:\n    amd64: { url: 'https://example.org/k3s' }\n...\n"
        )
        let plan = try PlanText(Array(text.utf8), name: "plan.yaml")
        if let bytes = plan.pinned(Self.hashes) {
            let pinned = try PlanText(bytes, name: "plan.yaml").plan
            #expect(
                pinned.artifacts.installScript.sha256 == Self.hashes[Self.pointer("installScript")]
            )
        }
        let ended = try PlanText(Array((Self.yaml("") + "...\n").utf8), name: "plan.yaml")
        #expect(ended.pinned(Self.hashes) == nil)
    }

    private static func pointer(_ path: String...) -> PlanPointer {
        PlanPointer(["artifacts"] + path)
    }

    private static func json(_ rest: String) -> String {
        """
        {
          "apiVersion": "isthmus/v1alpha1",
          "kind": "ClusterPlan",
          "metadata": { "name": "c" },
          "hosts": [
            { "id": "a", "role": "server", "addresses": { "public": "203.0.113.11" } }
          ],
          \(rest)
        }

        """
    }

    private static func yaml(_ rest: String) -> String {
        """
        # my plan
        apiVersion: isthmus/v1alpha1
        kind: ClusterPlan
        metadata: { name: c }
        hosts:
          - id: a          # the one
            role: server
            addresses: { public: 203.0.113.11 }
        k3s:
          version: v1.34.3+k3s1

        """ + rest
    }
}
