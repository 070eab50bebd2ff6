/// The same numbers in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// Bytes that were replaced, taken out, put in or cut off in a few places.
    mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            let place = Int.random(in: 0...bytes.count, using: &self)
            switch Int.random(in: 0..<4, using: &self) {
            case 0 where place < bytes.count:
                bytes[place] = .random(in: 0...255, using: &self)
            case 1 where place < bytes.count:
                bytes.remove(at: place)
            case 2:
                bytes.insert(.random(in: 0...255, using: &self), at: place)
            default:
                if Int.random(in: 0..<8, using: &self) == 0 { bytes.removeSubrange(place...) }
            }
        }
        return bytes
    }
}
