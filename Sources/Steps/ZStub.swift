public import Plan
public struct ResolvedArtifacts: Sendable, Equatable, Codable {
    public var k3s: [Architecture: String]
    public var installScript: String
    public var kiloCRDs: [KubernetesObject]
    public var kilo: [KubernetesObject]
    public init(k3s: [Architecture: String], installScript: String, kiloCRDs: [KubernetesObject], kilo: [KubernetesObject]) {
        self.k3s = k3s; self.installScript = installScript; self.kiloCRDs = kiloCRDs; self.kilo = kilo
    }
}
public struct KubernetesObject: Sendable, Equatable, Codable {
    public var name: String
    public var json: String
    public init(name: String, json: String) { self.name = name; self.json = json }
}
