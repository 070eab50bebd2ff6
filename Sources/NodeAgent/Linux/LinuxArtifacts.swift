import Steps
import Trust

extension LinuxHost {
    func place(
        _ artifact: ArtifactPlacement,
        from source: any ArtifactSource
    ) async throws(HostFailure) {
        let directory = AtomicFile.directory(of: artifact.path)
        do throws(FileFailure) {
            try AtomicFile.createDirectory(directory, mode: 0o755)
        } catch {
            throw HostFailure(error)
        }
        let part = try ArtifactPart(of: artifact)
        do throws(HostFailure) {
            if try await part.takeUp(), try await resume(part, artifact, source) {
                return try await part.finish()
            }
            try await part.startOver()
            try await fetch(artifact, from: source, into: part)
        } catch {
            // What has come is worth keeping for the next attempt, unless the disk needs the room.
            if error.code == .diskFull { await part.discard() }
            throw error
        }
        guard await part.isWhole() else {
            await part.discard()
            throw HostFailure(
                .hashMismatch,
                "what came for \(artifact.path) is not the artifact \(artifact.sha256)"
            )
        }
        try await part.finish()
    }

    /// Goes on from what an earlier attempt left; false where that leads nowhere: a power cut may
    /// have left a part that is not the artifact's beginning.
    private func resume(
        _ part: ArtifactPart,
        _ artifact: ArtifactPlacement,
        _ source: any ArtifactSource
    ) async throws(HostFailure) -> Bool {
        let left = await part.size
        do throws(HostFailure) {
            try await fetch(artifact, from: source, into: part)
        } catch {
            let cameOn = await part.size > left
            guard error.code == .sourceUnavailable, !cameOn else { throw error }
            return false
        }
        return await part.isWhole()
    }

    private func fetch(
        _ artifact: ArtifactPlacement,
        from source: any ArtifactSource,
        into part: ArtifactPart
    ) async throws(HostFailure) {
        try await source.fetch(sha256: artifact.sha256, from: await part.size) {
            bytes throws(HostFailure) in
            try await part.append(bytes)
        }
    }
}
