import Yams

/// Documents of YAML to values. Bounded: a few aliases could otherwise stand for gigabytes.
enum ManifestReader {
    /// Bytes that a file of manifests may have.
    static let longest = 4 << 20
    /// Values that all its documents may hold together.
    static let mostValues = 200_000

    /// All documents that are not empty.
    ///
    /// - Throws: `ManifestProblem` naming the file.
    static func documents(_ yaml: String, file: String) throws(ManifestProblem) -> [ManifestValue] {
        guard yaml.utf8.count <= longest else {
            throw ManifestProblem("\(file) is larger than \(longest >> 20) MiB")
        }
        var left = mostValues
        do {
            // Not a `for` loop: that would work on a copy, and the error at the end would be lost.
            var parsed = try compose_all(yaml: yaml)
            var documents: [ManifestValue] = []
            while let node = parsed.next() {
                let value = try value(of: node, left: &left)
                if value != .null { documents.append(value) }
            }
            if let error = parsed.error { throw error }
            return documents
        } catch let problem as ManifestProblem {
            throw ManifestProblem("\(file): \(problem.description)")
        } catch {
            throw ManifestProblem("\(file) is no YAML: \(error)")
        }
    }

    private static func value(of node: Node, left: inout Int) throws -> ManifestValue {
        left -= 1
        guard left > 0 else { throw ManifestProblem("it holds more than \(mostValues) values") }
        switch node {
        case .mapping(let mapping):
            var members: [String: ManifestValue] = [:]
            for (key, member) in mapping {
                guard case .scalar(let name) = key else {
                    throw ManifestProblem("a key is no text\(place(of: key))")
                }
                members[name.string] = try value(of: member, left: &left)
            }
            return .map(members)
        case .sequence(let sequence):
            var values: [ManifestValue] = []
            for element in sequence { values.append(try value(of: element, left: &left)) }
            return .list(values)
        case .scalar(let scalar):
            return scalarValue(node, scalar)
        case .alias:
            throw ManifestProblem("an alias stands for nothing\(place(of: node))")
        }
    }

    private static func scalarValue(_ node: Node, _ scalar: Node.Scalar) -> ManifestValue {
        switch node.tag {
        case Tag(.null): .null
        case Tag(.bool): node.bool.map(ManifestValue.bool) ?? .string(scalar.string)
        case Tag(.int): node.int.map(ManifestValue.int) ?? .string(scalar.string)
        case Tag(.float): node.float.map(ManifestValue.double) ?? .string(scalar.string)
        default: .string(scalar.string)
        }
    }

    private static func place(of node: Node) -> String {
        node.mark.map { " (line \($0.line), column \($0.column))" } ?? ""
    }
}

/// Why manifests cannot be used.
struct ManifestProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, and in which file.
    var description: String

    /// Describes a problem.
    init(_ description: String) {
        self.description = description
    }
}
