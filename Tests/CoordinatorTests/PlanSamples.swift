import Plan
import PlanFile

extension ClusterPlan {
    /// A plan as an operator writes it: a server and an agent.
    static let sampleText = """
        {
          "apiVersion": "isthmus/v1alpha1",
          "kind": "ClusterPlan",
          "metadata": {"name": "test"},
          "k3s": {"version": "v1.34.3+k3s1"},
          "hosts": [
            {"id": "tokyo", "role": "server", "addresses": {"public": "203.0.113.10"}},
            {"id": "seoul", "role": "agent", "addresses": {"public": "203.0.113.20"}}
          ]
        }
        """

    /// A dashboard that is read and not set up.
    static let kubeSphere = """
        {"provider": "kubesphere", "adminPassword": {"env": "P"},
         "chart": {"url": "https://example.org/ks.tgz", "sha256": "\(String(repeating: "0", count: 64))"}}
        """

    static func sample() throws -> ClusterPlan {
        try PlanFile.read(Array(sampleText.utf8), name: "plan.json")
    }
}
