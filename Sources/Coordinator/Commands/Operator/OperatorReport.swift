import Protocol

/// Operators, for people and programs.
enum OperatorReport {
    /// A table, at milliseconds since 1970.
    static func table(_ operators: [WireOperatorAccount], now: Int64) -> [String] {
        var table = TextTable([
            ("OPERATOR", .left), ("STATE", .left), ("CERTIFICATE", .right), ("MADE BY", .left),
        ])
        for one in operators {
            table.append([
                one.name, state(of: one, now: now),
                one.expires > now && one.revoked == 0
                    ? Spans.short(from: now, to: one.expires) : "-",
                one.madeBy.isEmpty ? "-" : one.madeBy,
            ])
        }
        return table.lines()
    }

    /// An array.
    static func json(_ operators: [WireOperatorAccount]) -> JSONLine {
        .object([("operators", .array(operators.map(json)))])
    }

    private static func state(of one: WireOperatorAccount, now: Int64) -> String {
        if one.revoked != 0 {
            let reason = one.revocationReason
            let ago = Spans.short(from: one.revoked, to: max(now, one.revoked))
            return "revoked \(ago) ago" + (reason.isEmpty ? "" : ": \(reason)")
        }
        if one.expires <= now { return "expired" }
        return one.certificates > 1 ? "good, \(one.certificates) certificates" : "good"
    }

    private static func json(_ one: WireOperatorAccount) -> JSONLine {
        var members: [(String, JSONLine)] = [
            ("name", .string(one.name)),
            ("certificates", .integer(Int64(one.certificates))),
            ("issued", .integer(one.issued)),
            ("certificateExpires", .integer(one.expires)),
            ("madeBy", .string(one.madeBy)),
        ]
        if one.revoked != 0 {
            members.append(("revoked", .integer(one.revoked)))
            members.append(("revocationReason", .string(one.revocationReason)))
        }
        return .object(members)
    }
}
