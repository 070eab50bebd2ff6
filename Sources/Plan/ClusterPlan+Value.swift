extension ClusterPlan {
    /// The plan as data, every default written out, in the order of its documentation.
    public var value: PlanValue {
        let members: [PlanValue.Member?] = [
            .init("apiVersion", .string(Self.apiVersion)),
            .init("kind", .string(Self.kind)),
            .init("metadata", .object([.init("name", .string(metadata.name))])),
            .init("hosts", .list(hosts.map(\.value))),
            .init("k3s", k3s.value),
            .init("mesh", mesh.value),
            .init("dashboard", dashboard.value),
            tunnel.map { .init("tunnel", $0.value) },
            .init("artifacts", artifacts.value),
            .init("policies", policies.value),
        ]
        return .object(members.compactMap(\.self))
    }

    /// The plan's canonical text: equal for plans that ask for the same, however they are written.
    /// Its SHA-256 names the plan.
    public func canonicalJSON() -> String {
        value.canonicalJSON()
    }
}

extension PlannedHost {
    fileprivate var value: PlanValue {
        let addresses: [PlanValue.Member] = [
            .init("public", .string(publicAddress)), .init("internal", .string(internalAddress)),
        ]
        let topology: [PlanValue.Member?] = [
            region.map { .init("region", .string($0)) },
            location.map { .init("location", .string($0)) },
        ]
        return .object([
            .init("id", .string(id.description)),
            .init("hostname", .string(hostname)),
            .init("role", .string(role.rawValue)),
            .init("addresses", .object(addresses)),
            .init("behindNAT", .boolean(behindNAT)),
            .init("topology", .object(topology.compactMap(\.self))),
            .init(
                "labels",
                .object(labels.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
            ),
            .init("taints", .list(taints.map(PlanValue.string))),
        ])
    }
}

extension K3sSettings {
    fileprivate var value: PlanValue {
        let members: [PlanValue.Member?] = [
            .init("version", .string(version)),
            .init("tlsSANs", .list(tlsSANs.map(PlanValue.string))),
            .init("disable", .list(disable.map(PlanValue.string))),
            .init("clusterCIDR", .string(clusterCIDR)),
            .init("serviceCIDR", .string(serviceCIDR)),
            .init("secretsEncryption", .boolean(secretsEncryption)),
            .init("hairpin", .string(hairpin.rawValue)),
            snapshotRecipient.map { .init("snapshotRecipient", .string($0)) },
            .init(
                "config",
                .object([
                    .init("server", Self.value(serverConfig)),
                    .init("agent", Self.value(agentConfig)),
                ])
            ),
        ]
        return .object(members.compactMap(\.self))
    }

    private static func value(_ options: [String: K3sOption]) -> PlanValue {
        .object(options.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.value) })
    }
}

extension K3sOption {
    fileprivate var value: PlanValue {
        switch self {
        case .flag(let flag): .boolean(flag)
        case .number(let number): .integer(number)
        case .text(let text): .string(text)
        case .list(let texts): .list(texts.map(PlanValue.string))
        }
    }
}

extension DashboardSettings {
    fileprivate var value: PlanValue {
        let members: [PlanValue.Member?] = [
            .init("provider", .string(provider.rawValue)),
            chart.map { .init("chart", $0.value) },
            adminPassword.map { .init("adminPassword", $0.value) },
        ]
        return .object(members.compactMap(\.self))
    }
}

extension TunnelSettings {
    fileprivate var value: PlanValue {
        let members: [PlanValue.Member?] = [
            .init("provider", .string(Self.provider)),
            .init("accountID", .string(accountID)),
            .init("name", .string(name)),
            .init("apiToken", apiToken.value),
            .init("apiURL", .string(apiURL)),
            hostname.map { .init("hostname", .string($0)) },
            services.isEmpty ? nil : .init("services", .list(services.map(\.value))),
        ]
        return .object(members.compactMap(\.self))
    }
}

extension PublishedService {
    fileprivate var value: PlanValue {
        .object([
            .init("hostname", .string(hostname)),
            .init("namespace", .string(namespace)),
            .init("service", .string(service)),
            .init("port", .integer(Int64(port))),
        ])
    }
}

extension SecretReference {
    /// Where the secret is, never the secret.
    fileprivate var value: PlanValue {
        let (place, name) =
            switch self {
            case .environment(let name): ("env", name)
            case .file(let path): ("file", path)
            case .store(let name): ("store", name)
            }
        return .object([.init(place, .string(name))])
    }
}

extension MeshSettings {
    fileprivate var value: PlanValue {
        let members: [PlanValue.Member?] = [
            .init("kind", .string(Self.kind)),
            .init("granularity", .string(Self.granularity)),
            .init("kiloVersion", .string(kiloVersion)),
            image.map { .init("image", .string($0)) },
            .init("port", .integer(Int64(port))),
            .init("subnet", .string(subnet)),
            .init("mtu", .integer(Int64(mtu))),
            .init("natKeepalive", .integer(Int64(natKeepalive))),
        ]
        return .object(members.compactMap(\.self))
    }
}

extension ArtifactSettings {
    fileprivate var value: PlanValue {
        let members: [PlanValue.Member?] = [
            .init("k3s", Self.value(k3s)),
            .init("installScript", installScript.value),
            airgapImages.isEmpty ? nil : .init("airgapImages", Self.value(airgapImages)),
            .init("kiloCRDs", kiloCRDs.value),
            .init("kiloManifest", kiloManifest.value),
        ]
        return .object(members.compactMap(\.self))
    }

    private static func value(_ files: [Architecture: ArtifactReference]) -> PlanValue {
        .object(
            Architecture.allCases.compactMap { architecture in
                files[architecture].map { .init(architecture.rawValue, $0.value) }
            }
        )
    }
}

extension ArtifactReference {
    fileprivate var value: PlanValue {
        let members: [PlanValue.Member?] = [
            .init("url", .string(url)),
            sha256.map { .init("sha256", .string($0)) },
            checksumsURL.map { .init("checksumsURL", .string($0)) },
        ]
        return .object(members.compactMap(\.self))
    }
}

extension PolicySettings {
    fileprivate var value: PlanValue {
        let limits: [PlanValue.Member] = [
            .init("step", .string(PlanDuration.text(timeouts.step))),
            .init("download", .string(PlanDuration.text(timeouts.download))),
            .init("k3sReady", .string(PlanDuration.text(timeouts.k3sReady))),
            .init("nodesReady", .string(PlanDuration.text(timeouts.nodesReady))),
        ]
        let members: [PlanValue.Member?] = [
            .init("parallelism", .integer(Int64(parallelism))),
            .init("parallelServers", .integer(Int64(parallelServers))),
            .init("parallelAgents", .integer(Int64(parallelAgents))),
            .init("attempts", .integer(Int64(attempts))),
            .init("failure", .string(failure.rawValue)),
            failedHosts.map { .init("failedHosts", .integer(Int64($0))) },
            .init("timeouts", .object(limits)),
            .init(
                "preflight",
                .object([
                    .init("ignore", .list(ignoredChecks.map { .string($0.rawValue) }))
                ])
            ),
            .init("allowWanEtcd", .boolean(allowWanEtcd)),
        ]
        return .object(members.compactMap(\.self))
    }
}
