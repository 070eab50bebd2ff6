import Plan
import Testing
import Trust

@Suite struct SPIFFEIdentityTests {
    @Test(arguments: [
        "spiffe://prod/coordinator", "spiffe://eu.prod/agent/web-1", "spiffe://prod/operator/ada",
    ])
    func `an ID reads back`(_ uri: String) {
        #expect(SPIFFEIdentity(uri: uri)?.uri == uri)
    }

    @Test(arguments: [
        "", "spiffe://", "spiffe://prod", "spiffe://prod/", "spiffe:///coordinator",
        "SPIFFE://prod/coordinator", "spiffe://Prod/coordinator", "spiffe://prod/coordinator/",
        "spiffe://prod/coordinator/x", "spiffe://prod/agent", "spiffe://prod/agent/",
        "spiffe://prod/agent/web_1", "spiffe://prod/agent/web-1/x", "spiffe://prod//agent/web-1",
        "spiffe://prod/agent/../coordinator", "spiffe://prod/operator/a%20b",
        "spiffe://prod/agent/web-1?x", "spiffe://prod:443/coordinator", "https://prod/coordinator",
        "spiffe://prod/agent/web-1\u{0}", "spiffe://prod/agent/wéb",
    ])
    func `all else is nobody`(_ uri: String) {
        #expect(SPIFFEIdentity(uri: uri) == nil)
    }
}
