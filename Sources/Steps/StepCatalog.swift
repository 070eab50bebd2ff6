import FoundationEssentials
public import Plan

/// All kinds of steps, and their parameters as JSON.
public enum StepCatalog {
    /// One line for each file in `Kinds/`.
    public static let kinds: [any Step.Type] = [
        SetHostname.self,
        InstallWireGuardTools.self,
        PlaceArtifact.self,
        HoldPublicAddress.self,
        MakeServerKey.self,
        SealServerToken.self,
        RunK3sServer.self,
        MakeJoinToken.self,
        RunK3sAgent.self,
        RevokeJoinToken.self,
        AnnotateNode.self,
        ApplyManifests.self,
        ApplySecret.self,
        AwaitNodes.self,
        ProveMesh.self,
        AwaitChart.self,
        AwaitIngress.self,
        AskPublicName.self,
        SaveSnapshot.self,
        ReadKubeconfig.self,
    ]

    /// The step that the parameters describe; a permanent failure where this release does not know
    /// the kind or cannot read the parameters.
    public static func decode(
        kind: String,
        parameters: [UInt8]
    ) throws(StepFailure) -> any Step {
        guard let type = kinds.first(where: { $0.kind == kind }) else {
            throw StepFailure(
                "this agent does not know steps of the kind \"\(kind)\"",
                remedy: "Install the coordinator's release of isthmus-agent on the machine.",
                isPermanent: true
            )
        }
        do {
            return try JSONDecoder().decode(type, from: Data(parameters))
        } catch {
            throw StepFailure(
                "the parameters of a step of the kind \"\(kind)\" cannot be read",
                details: ["\(error)"],
                remedy: "Install the coordinator's release of isthmus-agent on the machine.",
                isPermanent: true
            )
        }
    }

    /// The step's parameters: JSON with sorted keys, so that equal steps have equal bytes.
    public static func encode(_ step: any Step) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(step))
    }
}
