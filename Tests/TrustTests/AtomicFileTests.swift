import Foundation
import Testing
import Trust

@Suite struct AtomicFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func path(_ name: String) -> String { "\(scratch.path)/\(name)" }

    @Test(arguments: [0o600, 0o644, 0o755, 0o666])
    func `a file has its bytes and its mode`(_ mode: UInt32) throws {
        try AtomicFile.write(path("file"), Array("one".utf8), mode: 0o600)
        try AtomicFile.write(path("file"), Array("two".utf8), mode: mode)
        #expect(try scratch.text("file") == "two")
        #expect(try scratch.mode("file") == Int(mode))
        #expect(try scratch.names == ["file"])
    }

    @Test func `an unfinished write leaves the old file and nothing else`() throws {
        try AtomicFile.write(path("file"), Array("old".utf8), mode: 0o600)
        do {
            var writer = try AtomicFile.Writer(path("file"), mode: 0o644)
            try writer.append(Array("ne".utf8))
            #expect(try scratch.text("file") == "old")
            #expect(try scratch.names.count == 2)
        }
        #expect(try scratch.text("file") == "old")
        #expect(try scratch.mode("file") == 0o600)
        #expect(try scratch.names == ["file"])
    }

    @Test func `a temporary file is never readable by more than the file will be`() throws {
        let writer = try AtomicFile.Writer(path("key"), mode: 0o600)
        let temporary = try #require(try scratch.names.first)
        #expect(try scratch.mode(temporary) == 0o600)
        try writer.commit()
        #expect(try scratch.names == ["key"])
    }

    @Test func `what cannot be replaced stays and is named`() throws {
        try FileManager.default.createDirectory(
            atPath: path("folder/inside"),
            withIntermediateDirectories: true
        )
        let failure = #expect(throws: FileFailure.self) {
            try AtomicFile.write(path("folder"), [1], mode: 0o600)
        }
        #expect(failure?.description == "cannot replace \(path("folder")): is a directory")
        #expect(try scratch.names == ["folder"])
        let missing = #expect(throws: FileFailure.self) {
            try AtomicFile.write(path("no/file"), [1], mode: 0o600)
        }
        #expect(
            missing?.description == "cannot write \(path("no/file")): no such file or directory"
        )
    }

    @Test func `a full disk is said in words`() {
        let failure = FileFailure("write", "/srv/file", code: ENOSPC)
        #expect(failure.description == "cannot write /srv/file: no space left on disk")
    }

    @Test func `reading is bounded, and nothing is no error`() throws {
        try AtomicFile.write(path("file"), [1, 2, 3], mode: 0o600)
        #expect(try AtomicFile.read(path("file"), limit: 3) == [1, 2, 3])
        #expect(try AtomicFile.read(path("other"), limit: 3) == nil)
        #expect(try AtomicFile.read(path("file/below"), limit: 3) == nil)
        #expect(throws: FileFailure("read", path("file"), code: EFBIG)) {
            try AtomicFile.read(path("file"), limit: 2)
        }
        #expect(throws: FileFailure("read", scratch.path, code: EISDIR)) {
            try AtomicFile.read(scratch.path, limit: 2)
        }
    }

    @Test func `a directory that its parent refuses is an error, not an endless try`() {
        #expect(throws: FileFailure.self) {
            try AtomicFile.createDirectory("/proc/isthmus/state", mode: 0o700)
        }
    }

    @Test func `directories are made with those above them`() throws {
        try AtomicFile.createDirectory(path("a/b/c"), mode: 0o700)
        try AtomicFile.createDirectory(path("a/b/c/"), mode: 0o755)
        #expect(try scratch.mode("a/b/c") == 0o700 && scratch.mode("a") == 0o700)
        try AtomicFile.write(path("file"), [], mode: 0o600)
        #expect(throws: FileFailure.self) {
            try AtomicFile.createDirectory(path("file"), mode: 0o700)
        }
    }

    @Test(arguments: [
        ("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("a", "."), ("a/b/", "a"), ("", "."),
    ])
    func `a path's directory`(_ path: String, _ directory: String) {
        #expect(AtomicFile.directory(of: path) == directory)
    }
}
