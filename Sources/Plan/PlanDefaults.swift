/// Defaults that follow from other values of the plan. Fixed ones stand in the initialisers of
/// `ClusterPlan`'s parts; the reason of each is in `PlanField`.
public enum PlanDefaults {
    /// The `k3s` binary of a release, whose checksums are published beside it.
    public static func k3sBinary(
        _ version: String,
        _ architecture: Architecture
    ) -> ArtifactReference {
        let release = "https://github.com/k3s-io/k3s/releases/download/\(version)"
        let name =
            switch architecture {
            case .amd64: "k3s"
            case .arm64: "k3s-arm64"
            }
        return ArtifactReference(
            url: "\(release)/\(name)",
            checksumsURL: "\(release)/sha256sum-\(architecture.rawValue).txt"
        )
    }

    /// K3s' install script as it was when the release was tagged.
    public static func installScript(_ version: String) -> ArtifactReference {
        ArtifactReference(
            url: "https://raw.githubusercontent.com/k3s-io/k3s/\(version)/install.sh"
        )
    }

    /// Kilo's custom resource definitions.
    public static func kiloCRDs(_ version: String) -> ArtifactReference {
        kiloFile("crds.yaml", version)
    }

    /// Kilo's objects for K3s.
    public static func kiloManifest(_ version: String) -> ArtifactReference {
        kiloFile("kilo-k3s.yaml", version)
    }

    /// All files of the two releases.
    public static func artifacts(k3s: String, kilo: String) -> ArtifactSettings {
        ArtifactSettings(
            k3s: Dictionary(
                uniqueKeysWithValues: Architecture.allCases.map { ($0, k3sBinary(k3s, $0)) }
            ),
            installScript: installScript(k3s),
            kiloCRDs: kiloCRDs(kilo),
            kiloManifest: kiloManifest(kilo)
        )
    }

    private static func kiloFile(_ name: String, _ version: String) -> ArtifactReference {
        ArtifactReference(
            url: "https://raw.githubusercontent.com/squat/kilo/\(version)/manifests/\(name)",
            sha256: pinned["\(version)/\(name)"]
        )
    }

    /// Files of releases that were read before this release was made.
    private static let pinned = [
        "0.7.0/crds.yaml": "4d377db1ad0bc3aed7d4b75e643615b97ea251871b715e1356994faf739ff1fc",
        "0.7.0/kilo-k3s.yaml": "f4683a1905a1cd1c1040e3d48af7da51429a9e53735aab0ee7a5382fc42100c9",
    ]
}
