/// One thing that a step does or would do, for people to read.
public enum Change: Sendable, Equatable, Codable {
    /// A file's text; `before` is missing where there is no file. Secret contents are masked by the
    /// step before they come here.
    case file(path: String, before: String?, after: String, mode: UInt32)
    /// A file of bytes, named by its hash.
    case artifact(path: String, before: String?, after: String)
    /// A file goes away.
    case removal(path: String)
    /// Packages to be installed.
    case packages([String])
    /// Something is done to a unit: "start k3s.service".
    case unit(action: String, unit: String)
    /// A program runs; `purpose` says why in a few words.
    case command(argv: [String], purpose: String)
    /// A Kubernetes object; `diff` in unified form, empty where it is new.
    case object(name: String, diff: String)
    /// A setting of the machine or the cluster: "hostname", from what to what.
    case setting(name: String, before: String, after: String)
}
