import Foundation

/// What a client asks the test service: a line of JSON, then zeros. It stands for the suite's
/// protobuf messages, so that neither side needs generated code; Python/interop.py is its twin.
struct InteropQuestion: Codable, Equatable, Sendable {
    /// How many zeros the answers hold, one answer each.
    var sizes: [Int] = []
    /// The code that the call ends with; 0 is OK.
    var code = 0
    /// The words that the call ends with.
    var message = ""
    /// Whether the server does nothing more until the call is cancelled.
    var waits = false
    /// How many zeros follow the line.
    var payload = 0

    /// As it goes over the wire.
    func bytes() throws -> [UInt8] {
        Array(try JSONEncoder().encode(self)) + [UInt8(ascii: "\n")]
            + [UInt8](repeating: 0, count: payload)
    }

    /// An empty question and an empty payload are empty bytes.
    init(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        self = try JSONDecoder().decode(Self.self, from: Data(line))
        guard bytes.count == line.count + 1 + payload else {
            throw CocoaError(.coderReadCorrupt)
        }
    }

    init(
        sizes: [Int] = [],
        code: Int = 0,
        message: String = "",
        waits: Bool = false,
        payload: Int = 0
    ) {
        self.sizes = sizes
        self.code = code
        self.message = message
        self.waits = waits
        self.payload = payload
    }
}
