/// Which release of Isthmus this is; one for both programs.
public enum Release {
    /// As the packages' changelog has it.
    public static let version = "0.1.0"
    /// What servers are told of a program that calls them (gRPC over HTTP/2, "User-Agent").
    public static let userAgent = "grpc-swift-isthmus/\(version)"
}
