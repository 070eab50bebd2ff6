import Testing
import Trust

@Suite struct JoinTokenRedactionTests {
    @Test(arguments: [
        "Unexpected argument 'isthmus-join-v1.SECRET'", "--token=isthmus-join-v1.SECRET x",
        "isthmus-join-v1.SECRET isthmus-join-v1.SECRET",
    ])
    func `a token in a complaint is hidden, and its owner is warned`(text: String) {
        let redacted = JoinToken.redacted(text)
        #expect(!redacted.contains("SECRET"))
        #expect(redacted.contains("Throw this token away"))
    }

    @Test func `other complaints stay as they are`() {
        #expect(JoinToken.redacted("Unknown option '--frob'") == "Unknown option '--frob'")
    }

    @Test func `how tokens begin is no token`() {
        for text in [
            "those begin with “isthmus-join-v1.”", "isthmus-join-v1.", "isthmus-join-v1. x",
        ] {
            #expect(JoinToken.redacted(text) == text)
        }
        #expect(!JoinToken.redacted("isthmus-join-v1. isthmus-join-v1.a1").contains("a1"))
    }
}
