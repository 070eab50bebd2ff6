import FuzzEntries
import Glibc

/// The entry that the environment's FUZZ_ENTRY names.
private let entry: FuzzEntry = {
    let name = getenv("FUZZ_ENTRY").map { String(cString: $0) } ?? ""
    if let entry = FuzzEntry(rawValue: name) { return entry }
    let names = FuzzEntry.allCases.map(\.rawValue).joined(separator: ", ")
    print("FUZZ_ENTRY must be one of \(names)")
    exit(2)
}()

/// What libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    entry.run(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}
