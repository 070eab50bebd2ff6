/// A list of objects.
struct KubernetesList<Item: Decodable>: Decodable {
    var items: [Item]
}

/// What every object says of itself.
struct KubernetesMetadata: Decodable, Sendable, Equatable {
    struct Manager: Decodable, Sendable, Equatable {
        var manager: String?
        var time: String?
    }

    var name: String
    var creationTimestamp: String?
    var generation: Int64?
    var managedFields: [Manager]?
}

/// A condition in an object's status.
struct KubernetesCondition: Decodable, Sendable, Equatable {
    var type: String
    var status: String
    var reason: String?
    var message: String?
}

/// As much of a Job or of a HelmChart as steps look at.
struct KubernetesConditions: Decodable, Sendable, Equatable {
    struct Status: Decodable, Sendable, Equatable {
        var conditions: [KubernetesCondition]?
    }

    var metadata: KubernetesMetadata
    var status: Status?

    /// The condition, where it holds.
    func holding(_ type: String) -> KubernetesCondition? {
        status?.conditions?.first { $0.type == type && $0.status == "True" }
    }
}

/// As much of a Deployment.
struct KubernetesDeployment: Decodable, Sendable, Equatable {
    struct Spec: Decodable, Sendable, Equatable {
        struct Selector: Decodable, Sendable, Equatable {
            var matchLabels: [String: String]?
        }

        var replicas: Int?
        var selector: Selector?
    }

    struct Status: Decodable, Sendable, Equatable {
        var observedGeneration: Int64?
        var updatedReplicas: Int?
        var availableReplicas: Int?
    }

    var metadata: KubernetesMetadata
    var spec: Spec?
    var status: Status?

    /// Whether all its pods are of its latest form, and serve.
    var isAvailable: Bool {
        let wanted = spec?.replicas ?? 1
        return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
            && (status?.updatedReplicas ?? 0) >= wanted
            && (status?.availableReplicas ?? 0) >= wanted
    }

    /// The selector of its pods, as kubectl takes it.
    var podSelector: String {
        (spec?.selector?.matchLabels ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
}

/// As much of a Pod as says why it does not serve.
struct KubernetesPod: Decodable, Sendable, Equatable {
    struct State: Decodable, Sendable, Equatable {
        struct Reason: Decodable, Sendable, Equatable {
            var reason: String?
            var message: String?
        }

        var waiting: Reason?
        var terminated: Reason?
    }

    struct Container: Decodable, Sendable, Equatable {
        var name: String
        var image: String?
        var ready: Bool?
        var state: State?
    }

    struct Status: Decodable, Sendable, Equatable {
        var phase: String?
        var conditions: [KubernetesCondition]?
        var containerStatuses: [Container]?
    }

    var metadata: KubernetesMetadata
    var status: Status?

    /// Why it does not serve, in Kubernetes' words; nothing where it says nothing.
    var trouble: String? {
        for container in status?.containerStatuses ?? [] where container.ready != true {
            guard let state = container.state?.waiting ?? container.state?.terminated else {
                continue
            }
            let reason = state.reason ?? "waiting"
            guard reason != "Completed", reason != "ContainerCreating" else { continue }
            return ["\(reason)", state.message, container.image.map { "image \($0)" }]
                .compactMap(\.self).joined(separator: ": ")
        }
        let unscheduled = status?.conditions?.first {
            $0.type == "PodScheduled" && $0.status == "False"
        }
        return unscheduled.map { "no node takes it: \($0.message ?? $0.reason ?? "no reason")" }
    }
}
