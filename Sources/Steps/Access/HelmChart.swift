import Plan

/// A chart that K3s' own controller installs, so that no machine needs the `helm` program.
struct HelmChart: Sendable, Equatable {
    /// Where the chart comes from.
    enum Source: Sendable, Equatable {
        /// A chart repository, and the exact version there.
        case repository(url: String, chart: String, version: String)
        /// The chart's own bytes, in Base64.
        case content(String)
    }

    /// Where K3s looks for such objects, and where the Jobs are that install them.
    static let controllerNamespace = "kube-system"

    /// The release's name.
    var name: String
    /// Where its objects go; it has to exist.
    var namespace: String
    var source: Source
    var values: PlanValue

    /// The Job that K3s makes of it (helm-controller, pkg/controllers/chart).
    static func job(of name: String) -> String { "helm-install-\(name)" }

    /// The object. A failed release is left as it is (`abort`): the controller's own default takes
    /// it away, with the reasons for its failure.
    var object: KubernetesObject {
        var spec: [PlanValue.Member] = [
            .init("targetNamespace", .string(namespace)),
            .init("valuesContent", .string(values.canonicalJSON())),
            .init("failurePolicy", .string("abort")),
        ]
        switch source {
        case .repository(let url, let chart, let version):
            spec += [
                .init("repo", .string(url)), .init("chart", .string(chart)),
                .init("version", .string(version)),
            ]
        case .content(let text):
            spec.append(.init("chartContent", .string(text)))
        }
        return KubernetesObject(
            "helm.cattle.io/v1",
            "HelmChart",
            namespace: Self.controllerNamespace,
            name: name,
            body: [.init("spec", .object(spec))]
        )
    }
}
