import Foundation
import Plan
import Steps
import Testing

@testable import NodeAgent

@Suite(.timeLimit(.minutes(4))) struct LinuxHostProgramsTests {
    private let scratch: HostScratch

    init() throws { scratch = try HostScratch() }

    @Test func `a program's end and words are its result`() async throws {
        let result = try await scratch.host.run(
            Command(["sh", "-c", "echo out; echo err >&2; exit 3"])
        )
        #expect(result == CommandResult(status: 3, standardOutput: "out\n", standardError: "err\n"))
    }

    @Test func `a signal's number comes above 128`() async throws {
        let result = try await scratch.host.run(Command(["/bin/sh", "-c", "kill -9 $$"]))
        #expect(result.status == 137)
    }

    @Test func `arguments are not a shell's`() async throws {
        let result = try await scratch.host.run(
            Command(["printf", "%s|", "$HOME", "a b", "", ";"])
        )
        #expect(result.standardOutput == "$HOME|a b||;|")
    }

    @Test func `the environment is small`() async throws {
        let result = try await scratch.bareHost.run(
            Command(["/usr/bin/env"], environment: ["EXTRA": "a=b"])
        )
        let variables = Set(result.standardOutput.split(separator: "\n").map(String.init))
        #expect(
            variables == [
                "PATH=\(scratch.path)/bin", "HOME=\(scratch.path)", "LANG=C.UTF-8", "EXTRA=a=b",
            ]
        )
    }

    @Test func `input is read to its end, and there is none unless given`() async throws {
        let text = String(repeating: "0123456789\n", count: 50_000)
        let counted = try await scratch.host.run(
            Command(["wc", "-c"], standardInput: Secret(text))
        )
        #expect(counted.standardOutput == "\(text.utf8.count)\n")
        let empty = try await scratch.host.run(Command(["wc", "-c"]))
        #expect(empty.standardOutput == "0\n")
    }

    @Test func `a program need not read its input`() async throws {
        let input = Secret([UInt8](repeating: 0, count: 1 << 21))
        let result = try await scratch.host.run(
            Command(["sh", "-c", "exec 0<&-; exit 4"], standardInput: input)
        )
        #expect(result.status == 4)
    }

    @Test func `much output is cut and does not block`() async throws {
        let script =
            "head -c 5000000 /dev/zero | tr '\\0' a; head -c 3000000 /dev/zero | tr '\\0' b"
        let result = try await scratch.host.run(
            Command(["sh", "-c", "{ \(script); } | tee /dev/stderr; echo end >&2"])
        )
        #expect(result.standardOutput == String(repeating: "a", count: 1 << 20))
        #expect(result.standardError.utf8.count == 1 << 16)
        #expect(result.standardError.hasSuffix("bbb" + "end\n"))
    }

    @Test func `bytes that are no text do no harm`() async throws {
        let result = try await scratch.host.run(Command(["printf", "a\\377b"]))
        #expect(result.standardOutput == "a\u{FFFD}b")
    }

    @Test(arguments: ["no-such-program", "/no/such/program", "/", "", "a/b"])
    func `a missing program is said to be missing`(_ program: String) async {
        let failure = await #expect(throws: HostFailure.self) {
            try await scratch.host.run(Command([program]))
        }
        #expect(failure?.code == .programMissing, "\(failure?.details ?? [])")
        #expect(failure?.message.contains("“\(program)”") == true)
    }

    @Test func `an empty command is refused`() async {
        await #expect(throws: HostFailure.self) { try await scratch.host.run(Command([])) }
    }

    @Test func `what takes too long is stopped with all it started`() async throws {
        let script = "echo why >&2; sleep 300 & echo $! > \(scratch.path)/child; wait"
        let failure = await #expect(throws: HostFailure.self) {
            try await scratch.host.run(Command(["sh", "-c", script], timeout: 2_000))
        }
        #expect(failure?.code == .timedOut && failure?.details == ["why"])
        try await childGoes()
    }

    @Test func `what does not heed SIGTERM is killed`() async throws {
        let begin = scratch.host.monotonicNow()
        let script = "trap '' TERM; sleep 300 & echo $! > \(scratch.path)/child; wait; wait"
        let failure = await #expect(throws: HostFailure.self) {
            try await scratch.host.run(Command(["sh", "-c", script], timeout: 2_000))
        }
        #expect(failure?.code == .timedOut)
        #expect(scratch.host.monotonicNow() - begin >= 5000, "it had its five seconds")
        try await childGoes()
    }

    @Test func `cancelling ends the program`() async throws {
        let host = scratch.host
        let ready = "\(scratch.path)/child"
        let run = Task { () -> HostFailure? in
            do throws(HostFailure) {
                _ = try await host.run(
                    Command([
                        "sh", "-c",
                        "sleep 300 & echo $! > \(ready).new; mv \(ready).new \(ready); wait",
                    ])
                )
                return nil
            } catch {
                return error
            }
        }
        while try await host.read(ready) == nil { try await host.sleep(milliseconds: 10) }
        run.cancel()
        #expect(await run.value?.code == .cancelled)
        try await childGoes()
    }

    @Test func `a program's own child may outlive it`() async throws {
        let result = try await scratch.host.run(
            Command(["sh", "-c", "sleep 300 & echo $!"], timeout: 60_000)
        )
        let child = try #require(Int32(result.standardOutput.dropLast()))
        #expect(result.status == 0)
        #expect(kill(child, SIGKILL) == 0)
    }

    @Test func `a program has a session of its own`() async throws {
        let result = try await scratch.host.run(
            Command(["sh", "-c", "cut -d ' ' -f 1,6 /proc/$$/stat"])
        )
        let numbers = result.standardOutput.dropLast().split(separator: " ")
        #expect(numbers.count == 2 && numbers.first == numbers.last)
    }

    @Test func `a hundred programs at once`() async throws {
        let host = scratch.host
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let result = try await host.run(Command(["echo", "\(number)"]))
                    return Int(result.standardOutput.dropLast()) ?? -1
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 4950)
    }

    /// Comes back once the process whose number the script wrote has ended, or is a zombie that
    /// waits for its new parent; the suite's time limit tells that it does not.
    private func childGoes() async throws {
        let text = try String(contentsOfFile: "\(scratch.path)/child", encoding: .utf8)
        let child = try #require(Int32(text.dropLast()))
        while let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8),
            !status.contains(") Z ")
        {
            try await scratch.host.sleep(milliseconds: 10)
        }
    }
}
