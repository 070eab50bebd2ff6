import Foundation
import Plan
import Trust

@testable import Agent

/// Authorities that a coordinator tells of, and chains with one that another has signed.
///
/// Where the first byte is even the rest is PEM as it is. Where it is odd the rest is certificates in DER,
/// each after its length in two bytes, so that a search may change them where PEM would hide them.
enum AuthorityEntry {
    private static let now: Int64 = 1_800_000_000_000
    private static let cluster = "three-clouds"
    private static let own = try? CertificateAuthority.create(cluster: cluster, now: now)

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = bytes.dropFirst()
        let text = first % 2 == 0 ? String(decoding: rest, as: UTF8.self) : pem(rest)
        bundle(text)
        chain(text)
        guard let own else { return }
        let known = own.certificate.pem
        for told in [text, known + text] {
            guard
                let taken = try? TrustedAuthorities.check(
                    told,
                    replacing: known,
                    cluster: cluster
                )
            else { continue }
            precondition(taken.pins.contains(own.certificate.publicKeySHA256))
        }
    }

    private static func bundle(_ text: String) {
        guard let bundle = try? AuthorityBundle(pem: text) else { return }
        precondition((try? AuthorityBundle(pem: bundle.pem)) == bundle)
        precondition((1...4).contains(bundle.certificates.count))
        precondition(Set(bundle.pins).count == bundle.pins.count)
        _ = bundle.speaks(for: cluster)
        for certificate in bundle.certificates {
            precondition(certificate.isIssued(by: certificate))
            guard let own, let crossed = try? own.crossSign(certificate) else { continue }
            precondition(crossed.isIssued(by: own.certificate))
            precondition(crossed.publicKeySHA256 == certificate.publicKeySHA256)
        }
    }

    /// Of no chain that others made may the own authority be the root.
    private static func chain(_ text: String) {
        guard let own, let all = try? Certificate.all(in: text), let first = all.first else {
            return
        }
        for other in all { _ = first.isIssued(by: other) }
        let identity = first.identity ?? .coordinator(cluster: cluster)
        for authorities in [text, own.certificate.pem] {
            let credential = Credential(
                certificate: text,
                key: Secret([]),
                authorities: authorities
            )
            let isTaken = (try? credential.demand(identity, now: now)) != nil
            precondition(!isTaken || authorities == text)
        }
    }

    private static func pem(_ bytes: ArraySlice<UInt8>) -> String {
        var (text, rest) = ("", bytes)
        while rest.count > 2 {
            let (high, low) = (rest[rest.startIndex], rest[rest.startIndex + 1])
            let body = rest.dropFirst(2).prefix(Int(high) << 8 | Int(low))
            rest = rest.dropFirst(2 + body.count)
            let lines = Data(body).base64EncodedString(options: [
                .lineLength64Characters, .endLineWithLineFeed,
            ])
            text += "-----BEGIN CERTIFICATE-----\n\(lines)\n-----END CERTIFICATE-----\n"
        }
        return text
    }
}
