public import Plan

/// A file that a plan names, and where in the plan.
public struct PlanArtifact: Sendable, Equatable {
    /// The object that says where the file comes from.
    public let pointer: PlanPointer
    /// Where it comes from and what it must be.
    public let reference: ArtifactReference

    /// All files of a plan, in the order of the documentation.
    public static func all(of plan: ClusterPlan) -> [PlanArtifact] {
        let root = PlanPointer(["artifacts"])
        let binaries = Architecture.allCases.compactMap { architecture in
            plan.artifacts.k3s[architecture].map {
                PlanArtifact(
                    pointer: root.key("k3s").key(architecture.rawValue),
                    reference: $0
                )
            }
        }
        let images = Architecture.allCases.compactMap { architecture in
            plan.artifacts.airgapImages[architecture].map {
                PlanArtifact(
                    pointer: root.key("airgapImages").key(architecture.rawValue),
                    reference: $0
                )
            }
        }
        let script = PlanArtifact(
            pointer: root.key("installScript"),
            reference: plan.artifacts.installScript
        )
        return binaries + [script] + images + [
            PlanArtifact(pointer: root.key("kiloCRDs"), reference: plan.artifacts.kiloCRDs),
            PlanArtifact(
                pointer: root.key("kiloManifest"),
                reference: plan.artifacts.kiloManifest
            ),
        ]
    }
}

extension ClusterPlan {
    /// The plan with the hashes of some of its files.
    func pinning(_ pins: [PlanPointer: String]) -> ClusterPlan {
        var plan = self
        func pin(_ reference: inout ArtifactReference, _ path: [String]) {
            guard let sha256 = pins[PlanPointer(["artifacts"] + path)] else { return }
            reference.sha256 = sha256
        }
        for architecture in Architecture.allCases {
            guard var reference = plan.artifacts.k3s[architecture] else { continue }
            pin(&reference, ["k3s", architecture.rawValue])
            plan.artifacts.k3s[architecture] = reference
        }
        for architecture in Architecture.allCases {
            guard var reference = plan.artifacts.airgapImages[architecture] else { continue }
            pin(&reference, ["airgapImages", architecture.rawValue])
            plan.artifacts.airgapImages[architecture] = reference
        }
        pin(&plan.artifacts.installScript, ["installScript"])
        pin(&plan.artifacts.kiloCRDs, ["kiloCRDs"])
        pin(&plan.artifacts.kiloManifest, ["kiloManifest"])
        return plan
    }

    /// The plan without the lists that are not read where there are hashes.
    fileprivate var withoutUnreadLists: ClusterPlan {
        var plan = self
        func forget(_ reference: inout ArtifactReference) {
            if reference.sha256 != nil { reference.checksumsURL = nil }
        }
        for architecture in Architecture.allCases {
            guard var reference = plan.artifacts.k3s[architecture] else { continue }
            forget(&reference)
            plan.artifacts.k3s[architecture] = reference
        }
        for architecture in Architecture.allCases {
            guard var reference = plan.artifacts.airgapImages[architecture] else { continue }
            forget(&reference)
            plan.artifacts.airgapImages[architecture] = reference
        }
        forget(&plan.artifacts.installScript)
        forget(&plan.artifacts.kiloCRDs)
        forget(&plan.artifacts.kiloManifest)
        return plan
    }
}

extension PlanText {
    /// Writes hashes into the text and changes nothing else.
    ///
    /// - Parameter pins: SHA-256 by the pointer of the file's object, for files that have none.
    /// - Returns: The new text; nothing where the old one is written in a way that this does not
    ///   know how to add to.
    public func pinned(_ pins: [PlanPointer: String]) -> [UInt8]? {
        var text = self
        for artifact in PlanArtifact.all(of: plan) {
            guard let sha256 = pins[artifact.pointer] else { continue }
            var edit = TextInsertion(text)
            guard edit.add(sha256, at: artifact.pointer.key("sha256")),
                let again = try? PlanText(edit.bytes, name: name, format: format)
            else { return nil }
            text = again
        }
        let wanted = plan.pinning(pins).withoutUnreadLists
        return text.plan.withoutUnreadLists == wanted ? text.bytes : nil
    }
}
