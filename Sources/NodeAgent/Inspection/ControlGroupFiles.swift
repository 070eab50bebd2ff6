/// The files that tell which controllers of control groups the kernel has.
enum ControlGroupFiles {
    /// Of version 2's hierarchy where it is mounted (/sys/fs/cgroup/cgroup.controllers: names in one line),
    /// else of version 1's (/proc/cgroups: name, hierarchy, groups, enabled).
    static func controllers(unified: String?, legacy: String?) -> [String]? {
        if let unified { return unified.textLines.first?.split(separator: " ").map(String.init) }
        return legacy?.textLines.compactMap { line in
            let cells = line.split(whereSeparator: \.isWhitespace)
            guard cells.count == 4, cells[3] == "1" else { return nil }
            return String(cells[0])
        }
    }
}
