internal import CNGHTTP2

/// The fields of one header block, in order.
public struct HeaderFields: Equatable, Sendable {
    /// One field. Names are in lower case; pseudo-header names begin with a colon.
    public struct Field: Equatable, Sendable {
        /// The name.
        public let name: String
        /// The value, as sent; bytes that are no UTF-8 have been replaced.
        public let value: String
    }

    /// The fields, in order.
    public private(set) var all: [Field] = []

    /// A block without fields.
    public init() {}

    /// Appends a field.
    ///
    /// - Parameters:
    ///   - name: In lower case; pseudo-headers must come first.
    ///   - value: Visible ASCII, spaces and tabs.
    public mutating func add(_ name: String, _ value: String) {
        all.append(Field(name: name, value: value))
    }

    /// The value of the first field with this name.
    public subscript(_ name: String) -> String? {
        all.first { $0.name == name }?.value
    }
}

extension HeaderFields {
    /// What a field counts for in a limit of the header list (RFC 9113 section 6.5.2).
    static func cost(name: Int, value: Int) -> Int {
        name + value + 32
    }

    /// Lays the fields out for nghttp2, which copies them.
    func withNameValues<Result>(
        _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result
    ) -> Result {
        var bytes: [UInt8] = []
        for field in all {
            bytes.append(contentsOf: field.name.utf8)
            bytes.append(contentsOf: field.value.utf8)
        }
        return bytes.withUnsafeMutableBufferPointer { bytes in
            guard var next = bytes.baseAddress else { return body(nil, 0) }
            let pairs = all.map { field in
                let (name, value) = (field.name.utf8.count, field.value.utf8.count)
                defer { next += name + value }
                return nghttp2_nv(
                    name: next,
                    value: next + name,
                    namelen: name,
                    valuelen: value,
                    flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)
                )
            }
            return pairs.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
        }
    }
}
