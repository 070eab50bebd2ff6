import Foundation

/// Points on a circle with cards outside of it, so that no card hides a line.
struct CircleLayout: Sendable {
    /// A place in the picture.
    struct Point: Sendable, Equatable {
        var x: Double
        var y: Double
    }

    /// A line's words: where their middle is, and how far they are turned.
    struct LabelPlace: Sendable, Equatable {
        var middle: Point
        /// Degrees, within a quarter turn to each side, so that nothing stands on its head.
        var turn: Double
    }

    /// How many nodes there are.
    let count: Int
    /// A card's size.
    let card: (width: Double, height: Double)
    /// Grows with the nodes, until neither cards touch nor words on the lines of one node.
    let radius: Double
    /// The picture's size.
    let size: (width: Double, height: Double)
    /// The circle's middle.
    private let middle: Point

    /// Between cards and the picture's edge.
    private static let margin = 24.0
    /// Above all, for the title.
    private static let header = 60.0
    /// From a node's point to its card.
    private static func gap(_ count: Int) -> Double { count > 5 ? 22 : 8 }

    /// - Parameters:
    ///   - count: How many nodes there are.
    ///   - card: A card's size.
    ///   - footer: Room below all.
    ///   - least: What the picture is wide at least.
    init(count: Int, card: (width: Double, height: Double), footer: Double, least: Double = 0) {
        self.count = count
        self.card = card
        let chord = count > 5 ? 190 : 120.0
        var radius = count < 2 ? 0 : max(200, chord / 2 / sin(.pi / Double(count)))
        while !Self.isRoomy(count, card, radius) { radius += 10 }
        self.radius = radius
        let corners = (0..<count).map { Self.corner($0, of: count, card, radius) }
        let left = corners.map(\.x).min() ?? 0
        let right = (corners.map(\.x).max() ?? 0) + card.width
        let top = corners.map(\.y).min() ?? 0
        let bottom = (corners.map(\.y).max() ?? 0) + card.height
        let width = max(least, right - left + 2 * Self.margin)
        size = (width, bottom - top + Self.header + Self.margin + footer)
        middle = Point(x: (width - left - right) / 2, y: Self.header - top)
    }

    /// Whether no card touches the next.
    private static func isRoomy(
        _ count: Int,
        _ card: (width: Double, height: Double),
        _ radius: Double
    ) -> Bool {
        let corners = (0..<count).map { corner($0, of: count, card, radius) }
        return corners.indices.allSatisfy { index in
            guard count > 1 else { return true }
            let (one, two) = (corners[index], corners[(index + 1) % count])
            return abs(one.x - two.x) >= card.width + gap(count)
                || abs(one.y - two.y) >= card.height + gap(count)
        }
    }

    private static func direction(_ index: Int, of count: Int) -> Point {
        let angle = 2 * .pi * Double(index) / Double(max(count, 1)) - .pi / 2
        return Point(x: cos(angle), y: sin(angle))
    }

    /// With the circle's middle at 0.
    private static func corner(
        _ index: Int,
        of count: Int,
        _ card: (width: Double, height: Double),
        _ radius: Double
    ) -> Point {
        let toward = direction(index, of: count)
        return Point(
            x: toward.x * (radius + card.width / 2 + gap(count)) - card.width / 2,
            y: toward.y * (radius + card.height / 2 + gap(count)) - card.height / 2
        )
    }

    /// Where a node's lines begin.
    func anchor(_ index: Int) -> Point {
        let toward = Self.direction(index, of: count)
        return Point(x: middle.x + radius * toward.x, y: middle.y + radius * toward.y)
    }

    /// The upper left corner of a node's card.
    func corner(_ index: Int) -> Point {
        let corner = Self.corner(index, of: count, card, radius)
        return Point(x: middle.x + corner.x, y: middle.y + corner.y)
    }

    /// The words of a line stand near that of its two nodes from which the other lies clockwise: each
    /// node then has the words of half its lines, fanned out, and those of its neighbours are away.
    func label(from first: Int, to second: Int, width: Double) -> LabelPlace {
        let isClockwise = (second - first + count) % count * 2 <= count
        let near = anchor(isClockwise ? first : second)
        let far = anchor(isClockwise ? second : first)
        let (dx, dy) = (far.x - near.x, far.y - near.y)
        let length = max(1, (dx * dx + dy * dy).squareRoot())
        let distance = count < 4 ? length / 2 : min(length / 2, 64 + width / 2)
        var turn = atan2(dy, dx) * 180 / .pi
        if turn > 90 { turn -= 180 }
        if turn < -90 { turn += 180 }
        return LabelPlace(
            middle: Point(x: near.x + dx / length * distance, y: near.y + dy / length * distance),
            turn: turn
        )
    }
}
