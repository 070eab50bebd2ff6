import Foundation

/// A Kubernetes manifest as data: what JSON can say, and YAML documents of Kubernetes do say.
enum ManifestValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case list([ManifestValue])
    case map([String: ManifestValue])

    /// The text, nothing where it is something else.
    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The values, nothing where it is something else.
    var list: [ManifestValue]? {
        guard case .list(let values) = self else { return nil }
        return values
    }

    /// A member, nothing where there is none. Setting it on something that is no map does nothing.
    subscript(key: String) -> ManifestValue? {
        get {
            guard case .map(let members) = self else { return nil }
            return members[key]
        }
        set {
            guard case .map(var members) = self else { return }
            members[key] = newValue
            self = .map(members)
        }
    }

    /// JSON with its keys in alphabetical order: one text for one value.
    func json(pretty: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads JSON.
    init(json: String) throws {
        self = try JSONDecoder().decode(ManifestValue.self, from: Data(json.utf8))
    }
}

extension ManifestValue: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(Double.self) {
            self = .double(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([ManifestValue].self) {
            self = .list(value)
        } else {
            self = .map(try container.decode([String: ManifestValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .int(let value): try container.encode(value)
        case .double(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .map(let members): try container.encode(members)
        }
    }
}
