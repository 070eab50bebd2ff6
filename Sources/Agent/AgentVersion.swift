/// Which agent this is.
public enum AgentVersion {
    /// As the package's changelog has it.
    public static let current = "0.1.0"
}
