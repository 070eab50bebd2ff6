import Preflight

/// What `ss -H -l -n -t -u -p` prints: protocol, state, two queues, local end, remote end, programs.
enum SocketStatistics {
    static func listeners(in text: String) -> [HostObservation.Listener] {
        text.textLines.compactMap { line in
            let cells = line.split(separator: " ", omittingEmptySubsequences: true)
            guard cells.count >= 6,
                let transport = HostObservation.Transport(rawValue: String(cells[0])),
                let port = cells[4].split(separator: ":").last.flatMap({ Int($0) })
            else { return nil }
            return HostObservation.Listener(
                transport: transport,
                port: port,
                program: cells.count > 6 ? program(in: cells[6...].joined(separator: " ")) : ""
            )
        }
    }

    /// `users:(("sshd",pid=1,fd=3))`.
    private static func program(in users: String) -> String {
        let parts = users.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.count > 1 ? String(parts[1]) : ""
    }
}
