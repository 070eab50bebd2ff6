import Plan
import Testing
import Trust

@Suite struct JoinTokenTests {
    private let token: JoinToken
    private let text: String

    init() {
        var random = SeededGenerator(seed: 1)
        token = JoinToken.generate(authorityPin: SHA256.hex([1, 2, 3]), using: &random)
        text = String(decoding: token.text().reveal(), as: UTF8.self)
    }

    private func complaint(_ text: String) -> String? {
        #expect(throws: TrustFailure.self) { try JoinToken(text: Secret(text)) }?.message
    }

    @Test func `a token reads back, also with blanks around it`() throws {
        #expect(try JoinToken(text: token.text()) == token)
        #expect(try JoinToken(text: Secret("  \(text)\r\n\n")) == token)
        #expect(text.hasPrefix("isthmus-join-v1."))
        #expect(token.id.count == 12 && token.secret.reveal().count == 32)
        #expect(token.hash == SHA256.hex(token.secret.reveal()))
    }

    @Test func `two tokens have nothing in common`() {
        var random = SystemRandomNumberGenerator()
        let first = JoinToken.generate(authorityPin: token.authorityPin, using: &random)
        let second = JoinToken.generate(authorityPin: token.authorityPin, using: &random)
        #expect(first.id != second.id && first.secret != second.secret)
    }

    @Test func `what was cut short is told from what was mistyped`() {
        for count in 16..<text.count {
            let complaint = complaint(String(text.prefix(count)))
            #expect(complaint?.contains("cut short: it has \(count) of \(text.count)") == true)
        }
        let middle = text.index(text.startIndex, offsetBy: 60)
        for wrong in ["0", "1", "l", "O", "é", "."] where wrong != String(text[middle]) {
            let mistyped = text.replacingCharacters(at: middle, with: wrong)
            #expect(complaint(mistyped)?.contains("mistyped") == true)
        }
        #expect(complaint(text + "0")?.contains("mistyped") == true)
        #expect(complaint("K10abc::server:def")?.contains("no join token") == true)
        #expect(complaint("")?.contains("no join token") == true)
    }

    @Test func `a complaint shows nothing of the secret`() {
        for count in stride(from: 16, to: text.count, by: 3) {
            let complaint = complaint(String(text.prefix(count))) ?? ""
            #expect(!complaint.contains(text.dropFirst(29).prefix(8)))
        }
        #expect(!String(reflecting: token).contains(text.dropFirst(29).prefix(8)))
    }

    @Test func `no damage passes the check`() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<5000 {
            let damaged = random.damage(Array(text.utf8))
            guard let read = try? JoinToken(text: Secret(damaged)) else { continue }
            #expect(read == token)
        }
        for _ in 0..<2000 {
            let count = Int.random(in: 0..<300, using: &random)
            let garbage = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(throws: TrustFailure.self) { try JoinToken(text: Secret(garbage)) }
        }
    }
}

extension String {
    fileprivate func replacingCharacters(at place: Index, with text: String) -> String {
        String(self[..<place]) + text + String(self[index(after: place)...])
    }
}
