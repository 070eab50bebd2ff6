import Document
import Foundation
import Plan
import PlanFile
import Testing

struct ArtifactTests {
    @Test func `files come from the releases unless the plan says otherwise`() throws {
        let artifacts = try plan("").artifacts
        let release = "https://github.com/k3s-io/k3s/releases/download/v1.34.3+k3s1"
        #expect(artifacts.k3s[.amd64]?.url == release + "/k3s")
        #expect(artifacts.k3s[.arm64]?.url == release + "/k3s-arm64")
        #expect(artifacts.k3s[.arm64]?.checksumsURL == release + "/sha256sum-arm64.txt")
        #expect(artifacts.installScript.url.hasSuffix("/k3s-io/k3s/v1.34.3+k3s1/install.sh"))
        #expect(artifacts.kiloCRDs.url.hasSuffix("/squat/kilo/0.7.0/manifests/crds.yaml"))
        #expect(artifacts.kiloManifest.url.hasSuffix("/squat/kilo/0.7.0/manifests/kilo-k3s.yaml"))
        #expect(artifacts.kiloManifest.sha256?.hasPrefix("f4683a19") == true)
    }

    @Test func `another Kilo release is not pinned`() throws {
        let artifacts = try plan(#""mesh": {"kiloVersion": "0.6.0"}"#).artifacts
        #expect(artifacts.kiloCRDs.url.contains("/0.6.0/"))
        #expect(artifacts.kiloCRDs.sha256 == nil)
    }

    @Test func `a file from elsewhere keeps no checksum of the release's file`() throws {
        let artifacts = try plan(
            #"""
            "artifacts": {"k3s": {"amd64": {"url": "file:///srv/k3s"}},
                          "kiloCRDs": {"url": "https://example.org/crds.yaml"}}
            """#
        ).artifacts
        #expect(artifacts.k3s[.amd64] == ArtifactReference(url: "file:///srv/k3s"))
        #expect(artifacts.kiloCRDs == ArtifactReference(url: "https://example.org/crds.yaml"))
        #expect(artifacts.k3s[.arm64]?.checksumsURL != nil)
    }

    @Test func `a checksum alone pins the release's file`() throws {
        let pin = String(repeating: "0a", count: 32)
        let artifacts = try plan(
            "\"artifacts\": {\"k3s\": {\"amd64\": {\"sha256\": \"\(pin)\"}}}"
        ).artifacts
        #expect(artifacts.k3s[.amd64]?.sha256 == pin)
        #expect(artifacts.k3s[.amd64]?.checksumsURL == nil)
        #expect(artifacts.k3s[.amd64]?.url.hasSuffix("/k3s") == true)
    }

    @Test func `http needs a checksum`() throws {
        let pin = String(repeating: "0a", count: 32)
        let file = "\"url\": \"http://mirror.example.org/install.sh\""
        #expect(throws: DocumentProblems.self) {
            try plan("\"artifacts\": {\"installScript\": {\(file)}}")
        }
        let artifacts = try plan(
            "\"artifacts\": {\"installScript\": {\(file), \"sha256\": \"\(pin)\"}}"
        ).artifacts
        #expect(artifacts.installScript.sha256 == pin)
    }

    /// The smallest plan, with a further part.
    private func plan(_ part: String) throws(DocumentProblems) -> ClusterPlan {
        try Project.read(
            """
            {"apiVersion": "isthmus/v1alpha1", "kind": "ClusterPlan", "metadata": {"name": "c"},
             "hosts": [{"id": "a", "role": "server", "addresses": {"public": "203.0.113.11"}}],
             "k3s": {"version": "v1.34.3+k3s1"}\(part.isEmpty ? "" : ",") \(part)}
            """
        )
    }
}
