/// What `kubectl diff` writes: for every object that differs a `diff -u -N LIVE MERGED` heading with
/// two files of temporary directories, then the difference in unified form.
enum KubectlDiff {
    /// The objects that differ, in the order of the answer, named as they are known here.
    static func changes(in output: String, of objects: [KubernetesObject]) -> [Change] {
        var changes: [Change] = []
        var file = ""
        var lines: [Substring] = []
        func close() {
            guard !file.isEmpty else { return }
            changes.append(change(file: file, lines: lines, objects: objects))
        }
        for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("diff ") {
                close()
                file = line.split(separator: "/").last.map(String.init) ?? ""
                lines = []
            } else if !lines.isEmpty || line.hasPrefix("@@ ") {
                // The two files' names stand before the first hunk.
                lines.append(line)
            }
        }
        close()
        return changes
    }

    private static func change(
        file: String,
        lines: [Substring],
        objects: [KubernetesObject]
    ) -> Change {
        let object = objects.first { file.hasSuffix(suffix(of: $0)) }
        let isNew = lines.first?.hasPrefix("@@ -0,0 ") == true
        let text = lines.map { Redaction.line(String($0)) }.joined(separator: "\n")
        return .object(name: object?.name ?? file, diff: isNew ? "" : text)
    }

    /// kubectl names files `GROUP.VERSION.KIND.NAMESPACE.NAME`; group and version are not compared.
    private static func suffix(of object: KubernetesObject) -> String {
        ".\(object.kind).\(object.namespace).\(object.shortName)"
    }
}
