extension PlanField {
    static let artifacts: [PlanField] =
        Architecture.allCases.flatMap { architecture in
            file(
                "artifacts.k3s.\(architecture.rawValue)",
                "the `k3s` binary for \(architecture.rawValue)",
                from: "the release's on GitHub",
                checksums: .value(
                    "the release's list",
                    reason: "published beside the files"
                )
            )
        }
        + file(
            "artifacts.installScript",
            "K3s' install script",
            from: "the one at the release's tag",
            checksums: .nothing
        )
        + Architecture.allCases.flatMap { architecture in
            file(
                "artifacts.airgapImages.\(architecture.rawValue)",
                "K3s' container images for \(architecture.rawValue), as the release publishes them in "
                    + "`k3s-airgap-images-\(architecture.rawValue).tar.zst`, placed before K3s starts",
                from: nil,
                checksums: .nothing
            )
        }
        + file(
            "artifacts.kiloCRDs",
            "Kilo's custom resource definitions",
            from: "the release's",
            checksums: .nothing,
            pin: .value("pinned for Kilo 0.7.0", reason: "read before this release was made")
        )
        + file(
            "artifacts.kiloManifest",
            "Kilo's objects for K3s",
            from: "the release's",
            checksums: .nothing,
            pin: .value("pinned for Kilo 0.7.0", reason: "read before this release was made")
        )

    private static func file(
        _ path: String,
        _ what: String,
        from source: String?,
        checksums: Absence,
        pin: Absence = .nothing
    ) -> [PlanField] {
        [
            .init(
                path + ".url",
                .url,
                "Where the coordinator gets \(what): `https://…`, `http://…` together with `sha256`, "
                    + "or `file:///…` on the coordinator.",
                source.map { .value($0, reason: "the release's own file") } ?? .refused
            ),
            .init(
                path + ".sha256",
                .sha256,
                "What it must be: 64 lower-case hexadecimal digits. Without it the list at "
                    + "`checksumsURL` decides, and without that the first fetch.",
                pin
            ),
            .init(
                path + ".checksumsURL",
                .url,
                "Where lines of `HASH  NAME` are published for it; not read when there is a "
                    + "`sha256`.",
                checksums
            ),
        ]
    }
}
