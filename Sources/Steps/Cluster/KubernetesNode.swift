/// As much of a Node as steps look at.
struct KubernetesNode: Decodable, Sendable, Equatable {
    struct Metadata: Decodable, Sendable, Equatable {
        var name: String
        var annotations: [String: String]?
        var labels: [String: String]?
    }

    struct Spec: Decodable, Sendable, Equatable {
        var podCIDR: String?
    }

    struct Condition: Decodable, Sendable, Equatable {
        var type: String
        var status: String
        var reason: String?
        var message: String?
    }

    struct Status: Decodable, Sendable, Equatable {
        var conditions: [Condition]?
    }

    var metadata: Metadata
    var spec: Spec?
    var status: Status?

    /// What the kubelet says, nothing where it has said nothing yet.
    var ready: Condition? {
        status?.conditions?.first { $0.type == "Ready" }
    }

    /// A value of Kilo's, nothing where it is missing or empty.
    func annotation(_ key: KiloAnnotation) -> String? {
        guard let value = metadata.annotations?[key.name], !value.isEmpty else { return nil }
        return value
    }
}

/// Kilo's annotations on a Node.
enum KiloAnnotation: String, CaseIterable, Sendable {
    // Set by Isthmus.
    case forceEndpoint = "force-endpoint"
    case persistentKeepalive = "persistent-keepalive"
    case location
    // Set by Kilo.
    case endpoint
    case key
    case lastSeen = "last-seen"
    case wireguardIP = "wireguard-ip"
    case granularity

    /// The whole key.
    var name: String { "kilo.squat.ai/\(rawValue)" }
}
