import Document
import Plan

/// Where files come from, as far as it could be read.
struct ArtifactsDraft {
    /// The settings, if nothing in them is wrong.
    let settings: ArtifactSettings?

    /// Reads the files; the releases decide where those come from that the plan leaves out.
    init(_ reader: ObjectReader, k3s: K3sDraft, mesh: MeshDraft) {
        let release = k3s.version ?? ""
        let kilo = mesh.kiloVersion ?? ""
        let k3sReader = reader.object("k3s")
        var binaries: [Architecture: ArtifactReference] = [:]
        for architecture in Architecture.allCases {
            binaries[architecture] = Self.file(
                k3sReader.object(architecture.rawValue),
                default: PlanDefaults.k3sBinary(release, architecture)
            )
        }
        let script = Self.file(
            reader.object("installScript"),
            default: PlanDefaults.installScript(release)
        )
        let images = Self.images(reader)
        let definitions = Self.file(
            reader.object("kiloCRDs"),
            default: PlanDefaults.kiloCRDs(kilo)
        )
        let manifest = Self.file(
            reader.object("kiloManifest"),
            default: PlanDefaults.kiloManifest(kilo)
        )
        guard binaries.count == Architecture.allCases.count, let script, let images,
            let definitions, let manifest
        else {
            settings = nil
            return
        }
        settings = ArtifactSettings(
            k3s: binaries,
            installScript: script,
            airgapImages: images,
            kiloCRDs: definitions,
            kiloManifest: manifest
        )
    }

    /// The images that the plan names; there are no others.
    private static func images(_ reader: ObjectReader) -> [Architecture: ArtifactReference]? {
        guard reader.has("airgapImages") else { return [:] }
        let reader = reader.object("airgapImages")
        var images: [Architecture: ArtifactReference] = [:]
        for architecture in Architecture.allCases where reader.has(architecture.rawValue) {
            let image = reader.object(architecture.rawValue)
            guard image.required("url", address) != nil,
                let file = file(image, default: ArtifactReference(url: ""))
            else { return nil }
            images[architecture] = file
        }
        return images
    }

    /// One file. A checksum of the standard file says nothing about one from elsewhere.
    private static func file(
        _ reader: ObjectReader,
        default standard: ArtifactReference
    ) -> ArtifactReference? {
        let url = reader.optional("url", default: standard.url, address)
        let isStandard = url == standard.url
        let pin = reader.optional(
            "sha256",
            default: .some(isStandard ? standard.sha256 : nil),
            checksum
        )
        let list = reader.optional(
            "checksumsURL",
            default: .some(isStandard && pin == .some(nil) ? standard.checksumsURL : nil),
            listAddress
        )
        guard let url, let pin, let list else { return nil }
        guard isSafe(url, pin, reader) else { return nil }
        return ArtifactReference(url: url, sha256: pin, checksumsURL: list)
    }

    /// What comes over a connection that anybody may change needs a checksum.
    static func isSafe(_ url: String, _ pin: String?, _ reader: ObjectReader) -> Bool {
        guard url.hasPrefix("http://"), pin == nil else { return true }
        reader.note(
            PlanComplaint(
                .conflict,
                "The file comes over http without a checksum.",
                advice: "It will run as root: add \"sha256\", or use https."
            )
        )
        return false
    }

    static func address(_ node: DocumentNode) throws(PlanComplaint) -> String {
        let text = try Reading.text(node)
        _ = try ArtifactSyntax.url(text)
        return text
    }

    private static func listAddress(_ node: DocumentNode) throws(PlanComplaint) -> String? {
        try address(node)
    }

    static func checksum(_ node: DocumentNode) throws(PlanComplaint) -> String? {
        let text = try Reading.text(node)
        try ArtifactSyntax.sha256(text)
        return text
    }
}
