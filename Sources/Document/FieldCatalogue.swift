public import Plan

/// Which keys the objects of a document may have. An object is named by its path: `hosts[].addresses`;
/// the document itself by the empty path.
public protocol FieldCatalogue: Sendable {
    /// The keys of an object; `*` where any key is possible.
    func keys(of path: String) -> [String]
    /// What to do about a key that is missing, named by its whole path.
    func adviceForMissing(_ path: String) -> String
    /// What to say about a key that an object may not have. Its value is never shown: it may be a
    /// secret.
    func complaint(aboutUnknown key: String, in path: String) -> PlanComplaint
    /// Whether the value under a key of an object is never shown, not even in a line around a
    /// problem.
    func isPrivate(_ key: String, in path: String) -> Bool
    /// The key that was meant, where one is misspelt; else the same.
    func meant(_ key: String, in path: String) -> String
}

extension FieldCatalogue {
    /// Nothing is private.
    public func isPrivate(_ key: String, in path: String) -> Bool { false }

    /// Every key is meant as it is written.
    public func meant(_ key: String, in path: String) -> String { key }
}
