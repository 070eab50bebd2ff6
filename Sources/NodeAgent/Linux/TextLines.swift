import Steps

extension String {
    /// Its lines without their ends, and without an empty last one.
    var textLines: [String] {
        var lines = split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map(String.init)
    }
}

extension CommandResult {
    /// The last lines of what the program complained about, for a failure's details.
    var complaints: [String] { standardError.textLines.suffix(20) }
}
