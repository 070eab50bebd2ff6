import FoundationEssentials

/// Keys as WireGuard writes them.
enum Base64 {
    static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }
}
