import Logging
import Plan
import Synchronization

/// What steps say, kept for later: bounded, without secrets, and never in the way of those who say
/// it. A crash may take the last quarter of a second; the journal is another matter and stands apart.
final class StepLogs: Sendable {
    /// Bytes of a line that are kept.
    static let longestLine = 1_000

    private enum Entry: Sendable {
        case line(StepLine)
        case secrets(KnownSecrets, rollout: String)
        case end
    }

    /// Rings where lines were written, or a rollout ended.
    let bell = NewsBell()
    private let writer: BatchWriter<Entry>
    private let secrets = Mutex<[String: KnownSecrets]>([:])

    /// Keeps lines in a store.
    init(store: Store, logger: Logger) {
        let keeping = RecordKeeping("what steps say", in: store, logger: logger)
        writer = BatchWriter { [bell] batch in
            await Self.write(batch, with: keeping)
            bell.ring()
        }
    }

    /// Takes a line, and returns it as others may see it.
    @discardableResult
    func note(
        _ text: String,
        of step: StepID,
        attempt: Int,
        rollout: String,
        at now: Int64
    ) -> String {
        let known = secrets.withLock { $0[rollout] } ?? KnownSecrets()
        let shown = known.redacted(text)
        let line = StepLine(
            rollout: rollout,
            step: step,
            attempt: attempt,
            at: now,
            text: shown.cut(toUTF8: Self.longestLine)
        )
        writer.add(.line(line))
        return shown
    }

    /// Keeps secrets out of a rollout's lines from now on, and takes them out of those that were
    /// written before they were known.
    func learn(_ made: some Sequence<Secret>, of rollout: String) {
        let made = KnownSecrets(made)
        guard !made.isEmpty else { return }
        secrets.withLock { $0[rollout, default: KnownSecrets()].formUnion(made) }
        writer.add(.secrets(made, rollout: rollout))
    }

    /// The rollout has ended: what was known of its secrets is forgotten, and the oldest rollouts'
    /// lines with it.
    func finish(_ rollout: String) async {
        writer.add(.end)
        await writer.flush()
        secrets.withLock { $0[rollout] = nil }
    }

    /// Returns once everything said before can be read.
    func flush() async {
        await writer.flush()
    }

    private static func write(_ batch: [Entry], with keeping: RecordKeeping) async {
        var lines: [StepLine] = []
        var learned: [String: KnownSecrets] = [:]
        var hasEnd = false
        for entry in batch {
            switch entry {
            case .line(let line): lines.append(line)
            case .secrets(let secrets, let rollout):
                learned[rollout, default: KnownSecrets()].formUnion(secrets)
            case .end: hasEnd = true
            }
        }
        for (index, line) in lines.enumerated() {
            guard let secrets = learned[line.rollout] else { continue }
            lines[index].text = secrets.redacted(line.text)
        }
        await keeping.write { [lines, learned, hasEnd] db throws in
            try StepLogTable.append(lines, in: db)
            for (rollout, secrets) in learned {
                try StepLogTable.redact(secrets, in: rollout, db)
            }
            if hasEnd { try StepLogTable.prune(in: db) }
        }
    }
}

extension String {
    /// At most so many bytes of UTF-8, with a mark where something is missing.
    fileprivate func cut(toUTF8 limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var kept = String.UnicodeScalarView()
        var length = 3
        for scalar in unicodeScalars {
            length += UTF8.width(scalar)
            guard length <= limit else { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }
}
