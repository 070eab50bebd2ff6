import Plan
import Steps

/// Small built-in things in place of K3s and Kilo, for rehearsals and demonstrations: only
/// simulated machines may have them, and only they believe them.
struct StandInArtifacts: ArtifactProvider {
    let isGenuine = false
    /// Where they are kept.
    let cache: ArtifactCache

    func resolve(
        _ plan: ClusterPlan,
        for architectures: Set<Architecture>
    )
        async
        throws(ArtifactFailure) -> ResolvedArtifacts
    {
        var k3s: [Architecture: String] = [:]
        var images: [Architecture: String] = [:]
        for architecture in architectures {
            let name = "k3s \(plan.k3s.version) for \(architecture.rawValue)"
            k3s[architecture] = try cache.admit(Self.program(name))
            guard plan.artifacts.airgapImages[architecture] != nil else { continue }
            images[architecture] = try cache.admit(Self.program("the images of \(name)"))
        }
        let script = try cache.admit(Self.program("the install script of k3s \(plan.k3s.version)"))
        do {
            return ResolvedArtifacts(
                k3s: k3s,
                installScript: script,
                airgapImages: images.isEmpty ? nil : images,
                kiloCRDs: try KiloManifests.definitions(
                    Self.definitions,
                    file: "the stand-in for Kilo's definitions"
                ),
                kilo: try KiloManifests.fitted(
                    Self.manifest(plan.mesh.kiloVersion),
                    file: "the stand-in for Kilo's manifest",
                    to: plan
                )
            )
        } catch {
            throw .manifest(error)
        }
    }

    private static func program(_ name: String) -> [UInt8] {
        let text = """
            #!/bin/sh
            echo "This is Isthmus' stand-in for \(name). It does nothing." >&2
            exit 1

            """
        return Array(text.utf8)
    }

    /// As much of a custom resource definition as names it.
    static let definitions = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: peers.kilo.squat.ai
        spec:
          group: kilo.squat.ai
          scope: Cluster
          names: {kind: Peer, plural: peers}
          versions:
          - name: v1alpha1
            served: true
            storage: true
            schema:
              openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """

    /// As much of Kilo's objects as plans change.
    static func manifest(_ version: String) -> String {
        """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: kilo, namespace: kube-system}
        spec:
          selector:
            matchLabels: {app.kubernetes.io/name: kilo}
          template:
            metadata:
              labels: {app.kubernetes.io/name: kilo}
            spec:
              hostNetwork: true
              containers:
              - name: kilo
                image: squat/kilo:\(version)
                args:
                - --kubeconfig=/etc/kubernetes/kubeconfig
                - --hostname=$(NODE_NAME)
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: kilo, namespace: kube-system}
        data:
          cni-conf.json: |
            {"cniVersion": "0.4.0", "name": "kilo", "plugins": [
              {"name": "kubernetes", "type": "bridge", "bridge": "kube-bridge", "mtu": 1420},
              {"type": "portmap", "snat": true}]}
        """
    }
}
