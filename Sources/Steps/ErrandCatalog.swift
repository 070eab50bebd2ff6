import FoundationEssentials
public import Plan

/// All kinds of errands, and their parameters as JSON.
public enum ErrandCatalog {
    /// One line for each file in `Errands/`.
    public static let kinds: [any Errand.Type] = [
        MintDashboardToken.self,
        ReadMeshNodes.self,
        ReadMeshPeers.self,
        RemoveTunnel.self,
    ]

    /// The name under which an errand's answer comes among the outputs.
    public static let answer = "answer"

    /// The errand that the parameters describe; a permanent failure where this release does not know
    /// the kind or cannot read the parameters.
    public static func decode(
        kind: String,
        parameters: [UInt8]
    ) throws(StepFailure) -> any Errand {
        guard let type = kinds.first(where: { $0.kind == kind }),
            let errand = try? JSONDecoder().decode(type, from: Data(parameters))
        else {
            throw StepFailure(
                "this agent does not know errands of the kind \(Quotation.of(kind))",
                remedy: "Install the coordinator's release of isthmus-agent on the machine.",
                isPermanent: true
            )
        }
        return errand
    }

    /// The errand's parameters: JSON with sorted keys.
    public static func encode(_ errand: any Errand) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(errand))
    }
}
