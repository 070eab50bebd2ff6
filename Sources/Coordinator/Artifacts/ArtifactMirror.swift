import Foundation

/// Another place for everything that plans fetch: `https://host/path` becomes `MIRROR/host/path`.
struct ArtifactMirror: Sendable, Equatable {
    private let base: String

    /// Takes a folder's path or a URL.
    init(_ place: String) {
        let trimmed = place.hasSuffix("/") ? String(place.dropLast()) : place
        if trimmed.contains("://") {
            base = trimmed
        } else {
            base = URL(fileURLWithPath: trimmed, isDirectory: true).absoluteString.trimmedSlash
        }
    }

    /// Where the mirror has what the address names. Files of this machine are not mirrored.
    func address(of url: String) -> String {
        guard let parts = url.firstRange(of: "://"), !url.hasPrefix("file:") else { return url }
        return "\(base)/\(url[parts.upperBound...])"
    }
}

extension String {
    fileprivate var trimmedSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
