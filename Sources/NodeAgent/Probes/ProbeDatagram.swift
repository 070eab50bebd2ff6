import Plan
import Trust

/// A datagram between two hosts that probe each other, and its bytes:
///
///     0  "IPRB"          8  number       24  the first 16 bytes of the HMAC-SHA-256 of all
///     4  question: 0    16  address          others, with zeros in this place
///        answer: 1      20  port         40  padding of a question
///
/// An answer has no padding, so that it is never larger than its question: nobody can use a listener to
/// make a flood of a trickle.
struct ProbeDatagram: Equatable {
    /// Bytes of the smallest, and of every answer.
    static let smallest = 40
    private static let tagPlace = 24..<40

    var isAnswer: Bool
    /// Which question.
    var number: UInt64
    /// In an answer, from where the question came, as the network has it.
    var address: UInt32 = 0
    /// In an answer, from which port.
    var port: UInt16 = 0

    /// The bytes, with zeros up to a size.
    func bytes(padded size: Int = smallest, key: Secret) -> [UInt8] {
        var bytes: [UInt8] = Array("IPRB".utf8) + [isAnswer ? 1 : 0, 0, 0, 0]
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: address >> (24 - 8 * $0)) }
        bytes += [UInt8(port >> 8), UInt8(port & 255), 0, 0]
        bytes += [UInt8](repeating: 0, count: max(Self.smallest, size) - bytes.count)
        guard let tag = HMAC.code(of: bytes, under: key) else { return [] }
        bytes.replaceSubrange(Self.tagPlace, with: tag.prefix(Self.tagPlace.count))
        return bytes
    }

    init(isAnswer: Bool, number: UInt64, address: UInt32 = 0, port: UInt16 = 0) {
        self.isAnswer = isAnswer
        self.number = number
        self.address = address
        self.port = port
    }

    /// Nothing where they are not such a datagram, or whoever made them has not the key.
    init?(_ bytes: [UInt8], key: Secret) {
        guard bytes.count >= Self.smallest, bytes.starts(with: "IPRB".utf8), bytes[4] <= 1 else {
            return nil
        }
        var blank = bytes
        blank.replaceSubrange(
            Self.tagPlace,
            with: [UInt8](repeating: 0, count: Self.tagPlace.count)
        )
        guard let tag = HMAC.code(of: blank, under: key),
            Secret(Array(tag.prefix(Self.tagPlace.count))) == Secret(Array(bytes[Self.tagPlace]))
        else { return nil }
        isAnswer = bytes[4] == 1
        number = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
        address = bytes[16..<20].reduce(0) { $0 << 8 | UInt32($1) }
        port = UInt16(bytes[20]) << 8 | UInt16(bytes[21])
    }
}
