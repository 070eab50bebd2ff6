/// What will happen, by time; what was put in first comes first where times are equal.
struct Agenda<Occurrence> {
    private struct Entry {
        var time: Int64
        var number: Int
        var occurrence: Occurrence

        func isBefore(_ other: Entry) -> Bool {
            (time, number) < (other.time, other.number)
        }
    }

    private var heap: [Entry] = []
    private var last = 0

    /// Puts something in.
    mutating func add(_ occurrence: Occurrence, at time: Int64) {
        last += 1
        heap.append(Entry(time: time, number: last, occurrence: occurrence))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out what comes next; nothing where nothing will ever happen.
    mutating func next() -> (time: Int64, occurrence: Occurrence)? {
        guard let first = heap.first, let end = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = end
            sink()
        }
        return (first.time, first.occurrence)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].isBefore(heap[least]) { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
