/// Finds the word that was meant.
public enum Suggestion {
    /// The candidate that is nearest to a word; nothing where none is near enough: one slip for
    /// three letters, at most three.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        let letters = Array(word.lowercased().unicodeScalars)
        guard letters.count <= 64 else { return nil }
        let allowed = min(3, max(1, letters.count / 3))
        let near = candidates.map { candidate in
            (candidate, distance(letters, Array(candidate.lowercased().unicodeScalars)))
        }
        return near.filter { $0.1 <= allowed }.min { $0.1 < $1.1 }?.0
    }

    /// How many letters must be added, removed, changed, or swapped with their neighbour to turn
    /// one word into the other.
    static func distance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for (row, letter) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                let change = last[column] + (letter == other ? 0 : 1)
                var best = min(change, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            beforeLast = last
            last = current
        }
        return last.last ?? 0
    }
}
