import Foundation
import Plan
import PlanFile
import Trust

/// Finds the hashes of a plan's files and writes them into the plan's file.
struct PlanPinning: Sendable {
    private let text: PlanText
    private let verify: Bool
    private let progress: @Sendable (_ url: String) -> Void

    /// Takes a plan that was read from a file.
    ///
    /// - Parameters:
    ///   - text: The plan.
    ///   - verify: Whether files that are pinned are asked about too.
    ///   - progress: Hears each address before it is asked.
    init(_ text: PlanText, verify: Bool, progress: @escaping @Sendable (String) -> Void = { _ in })
    {
        self.text = text
        self.verify = verify
        self.progress = progress
    }

    /// What became of one file.
    struct Entry: Sendable, Equatable {
        /// Where the plan names it.
        let pointer: PlanPointer
        /// What it is.
        let sha256: String
        /// Who says so.
        let source: String
        /// Whether the hash is new in the plan.
        let isNew: Bool
    }

    /// What became of the plan.
    struct Outcome: Sendable, Equatable {
        /// The plan's file.
        let file: String
        /// All files, in the plan's order.
        let entries: [Entry]
        /// What named the plan before, and what names it now.
        let digests: (old: String, new: String)

        static func == (left: Outcome, right: Outcome) -> Bool {
            left.file == right.file && left.entries == right.entries
                && left.digests == right.digests
        }

        private var added: Int { entries.count(where: \.isNew) }

        /// For people.
        var lines: [String] {
            var table = TextTable([("FILE", .left), ("SHA-256", .left), ("FROM", .left)])
            for entry in entries {
                let name = entry.pointer.tokens.joined(separator: ".")
                table.append([name, entry.sha256, entry.source])
            }
            let sum =
                added == 0
                ? "All \(entries.count) files were pinned; \(file) was not changed. "
                    + "Digest: \(digests.new)"
                : "Pinned \(added) of \(entries.count) files in \(file). "
                    + "Digest: \(digests.old) -> \(digests.new)"
            return table.lines() + ["", sum]
        }

        /// For programs.
        var json: PlanValue {
            .object([
                .init("changed", .boolean(added > 0)),
                .init("file", .string(file)),
                .init("old", .string(digests.old)),
                .init("new", .string(digests.new)),
                .init(
                    "files",
                    .list(
                        entries.map { entry in
                            .object([
                                .init("pointer", .string(entry.pointer.description)),
                                .init("sha256", .string(entry.sha256)),
                                .init("source", .string(entry.source)),
                                .init("pinned", .boolean(entry.isNew)),
                            ])
                        }
                    )
                ),
            ])
        }
    }

    /// Asks about every file, then writes.
    ///
    /// - Throws: `ArtifactFailure` where a file is not to be had or another than the plan says;
    ///   `CommandFailure` where the plan's file cannot be written. It is as it was then.
    func run() async throws -> Outcome {
        let entries = try await ask()
        let pins = Dictionary(
            entries.filter(\.isNew).map { ($0.pointer, $0.sha256) },
            uniquingKeysWith: { first, _ in first }
        )
        var plan = text.plan
        if !pins.isEmpty {
            guard let bytes = text.pinned(pins) else { throw notWritable(pins) }
            plan = try PlanFile.read(bytes, name: text.name, format: text.format)
            try replace(with: bytes)
        }
        return Outcome(
            file: text.name,
            entries: entries,
            digests: (PlanReport.digest(of: text.plan), PlanReport.digest(of: plan))
        )
    }

    private func ask() async throws -> [Entry] {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("isthmus-\(UUID().uuidString)").path
        try AtomicFile.createDirectory(folder, mode: 0o700)
        defer { rmdir(folder) }
        let unstated = Set(text.explanation.defaults.map(\.pointer))
        var entries: [Entry] = []
        for artifact in PlanArtifact.all(of: text.plan) {
            let (pointer, reference) = (artifact.pointer, listed(artifact.reference))
            if let sha256 = reference.sha256, !verify {
                let isOurs = unstated.contains(pointer.key("sha256"))
                let source = isOurs ? "this release" : "the plan"
                entries.append(
                    Entry(pointer: pointer, sha256: sha256, source: source, isNew: false)
                )
                continue
            }
            progress(reference.checksumsURL ?? reference.url)
            let found = try await ArtifactHash.ask(reference, in: folder)
            if let expected = reference.sha256, expected != found.sha256 {
                throw ArtifactFailure.hashMismatch(
                    url: reference.url,
                    expected: expected,
                    got: found.sha256,
                    source: "from the plan"
                )
            }
            entries.append(
                Entry(
                    pointer: pointer,
                    sha256: found.sha256,
                    source: found.source,
                    isNew: reference.sha256 == nil
                )
            )
        }
        return entries
    }

    /// A release's file with the list that the release publishes, also where a hash stands beside it.
    private func listed(_ reference: ArtifactReference) -> ArtifactReference {
        let release = PlanDefaults.artifacts(
            k3s: text.plan.k3s.version,
            kilo: text.plan.mesh.kiloVersion
        )
        var reference = reference
        let standard = release.k3s.values.first { $0.url == reference.url }
        reference.checksumsURL = reference.checksumsURL ?? standard?.checksumsURL
        return reference
    }

    /// Puts the new text in the place of the old one, whose mode and owner it keeps.
    private func replace(with bytes: [UInt8]) throws {
        guard let resolved = realpath(text.name, nil) else { throw changed }
        defer { free(resolved) }
        let path = String(cString: resolved)
        var status = stat()
        guard stat(path, &status) == 0, try AtomicFile.read(path, limit: 4 << 20) == text.bytes
        else { throw changed }
        do {
            try AtomicFile.write(path, bytes, mode: status.st_mode & 0o777)
        } catch {
            throw CommandFailure(
                "the plan cannot be written: \(error)",
                advice: ["\(text.name) was not changed."]
            )
        }
        if geteuid() == 0 { _ = chown(path, status.st_uid, status.st_gid) }
    }

    private var changed: CommandFailure {
        CommandFailure(
            "\(text.name) was changed by somebody else meanwhile",
            advice: ["Nothing was written; run the command again."]
        )
    }

    private func notWritable(_ pins: [PlanPointer: String]) -> CommandFailure {
        let lines = pins.sorted { $0.key.description < $1.key.description }
            .map { "  \($0.key.tokens.joined(separator: ".")).sha256: \($0.value)" }
        return CommandFailure(
            "\(text.name) is written in a way that hashes cannot be added to without changing more",
            advice: ["It was not changed. Add them yourself:"] + lines
        )
    }
}
