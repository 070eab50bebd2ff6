/// The form in which `grpc-message` carries any text in visible ASCII (gRPC over HTTP/2, "Status-Message").
enum PercentEncoding {
    /// Encodes as many whole characters, from the first on, as fit into so many encoded bytes.
    static func encode(_ text: String, atMost limit: Int = .max) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(min(text.utf8.count, limit))
        for character in text {
            let whole = encoded.count
            for byte in character.utf8 { append(byte, to: &encoded) }
            guard encoded.count <= limit else {
                encoded.removeSubrange(whole...)
                break
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func append(_ byte: UInt8, to encoded: inout [UInt8]) {
        if byte >= 0x20, byte <= 0x7e, byte != UInt8(ascii: "%") {
            encoded.append(byte)
        } else {
            encoded += [UInt8(ascii: "%"), digit(byte >> 4), digit(byte & 15)]
        }
    }

    /// Decodes what can be decoded: a percent sign that begins nothing stands for itself.
    static func decode(_ text: String) -> String {
        let encoded = Array(text.utf8)
        var decoded: [UInt8] = []
        var at = 0
        while at < encoded.count {
            if encoded[at] == UInt8(ascii: "%"), at + 2 < encoded.count,
                let high = value(encoded[at + 1]), let low = value(encoded[at + 2])
            {
                decoded.append(high << 4 | low)
                at += 3
            } else {
                decoded.append(encoded[at])
                at += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
