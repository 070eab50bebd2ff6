/// Which release of Isthmus this is; one for both programs.
public enum Release {
    /// As the packages' changelog has it.
    public static let version = "0.1.0"
}
