import Dispatch
import Plan
import Steps

/// A step whose parameters come from the wire, on a machine whose programs answer as they like: the
/// kind on the first line, the parameters on the second, and a `ScriptedHost`'s script after that.
enum StepEntry {
    static func run(_ bytes: [UInt8]) {
        let parts = bytes.split(
            separator: UInt8(ascii: "\n"),
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard let first = parts.first else { return }
        let kind = String(decoding: first, as: UTF8.self)
        let parameters = parts.count > 1 ? Array(parts[1]) : []
        guard let step = try? StepCatalog.decode(kind: kind, parameters: parameters) else { return }
        precondition(!step.title.isEmpty)
        if let encoded = try? StepCatalog.encode(step) {
            precondition((try? StepCatalog.decode(kind: kind, parameters: encoded)) != nil)
        }
        play(step, ScriptedHost(script: parts.count > 2 ? Array(parts[2]) : []))
    }

    private static func play(_ step: any Step, _ host: ScriptedHost) {
        let isOver = DispatchSemaphore(value: 0)
        Task.detached {
            let context = StepContext(host: host, artifacts: host, timeout: 1000)
            _ = await StepRun.check(step, context)
            _ = await StepRun.apply(step, context)
            isOver.signal()
        }
        isOver.wait()
    }
}
