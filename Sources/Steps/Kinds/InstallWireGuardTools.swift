public import Plan

/// Installs `wg`, and what makes WireGuard interfaces where the kernel cannot. Kilo itself needs
/// only the kernel's module, so that is loaded at every boot where there is one.
public struct InstallWireGuardTools: Step {
    /// `wireguard-tools`.
    public static let kind = "wireguard-tools"

    /// Has no parameters.
    public init() {}

    /// `install WireGuard tools`.
    public var title: String { "install WireGuard tools" }

    /// Nothing that runs notices.
    public var disruption: Disruption { .none }

    private static let modules = "/etc/modules-load.d/isthmus-wireguard.conf"
    private static let modulesText = "# \(K3sFiles.comment)\nwireguard\n"

    /// Looks for the packages and the list of modules.
    public func check(_ context: StepContext) async throws(StepFailure) -> StepCheck {
        let needed = try await needs(context)
        var changes: [Change] = []
        if !needed.packages.isEmpty { changes.append(.packages(needed.packages)) }
        if let modules = needed.modules { changes.append(modules) }
        return changes.isEmpty ? .satisfied : .changes(changes)
    }

    /// Installs what is missing.
    public func apply(_ context: StepContext) async throws(StepFailure) -> StepOutputs {
        let needed = try await needs(context)
        if !needed.packages.isEmpty {
            context.report("installing " + needed.packages.joined(separator: ", "))
            do {
                try await context.host.installPackages(needed.packages)
            } catch {
                let names = needed.packages.joined(separator: ", ")
                throw StepFailure(error, while: "install \(names)")
            }
        }
        if case .file(let path, _, let after, let mode) = needed.modules {
            try await context.write(path, after, mode: mode)
        }
        return [:]
    }

    /// Checks again.
    public func verify(_ context: StepContext) async throws(StepFailure) {
        try await context.confirm(self)
    }

    private func needs(
        _ context: StepContext
    ) async throws(StepFailure) -> (packages: [String], modules: Change?) {
        do {
            let kernel = try await context.host.facts().kernelWireGuard
            var missing: [String] = []
            for name in ["wireguard-tools"] + (kernel ? [] : ["wireguard-go"]) {
                guard try await context.host.installedVersion(ofPackage: name) == nil else {
                    continue
                }
                missing.append(name)
            }
            guard kernel else { return (missing, nil) }
            let before = try await context.host.read(Self.modules)
                .map { String(decoding: $0, as: UTF8.self) }
            guard before != Self.modulesText else { return (missing, nil) }
            return (
                missing,
                .file(path: Self.modules, before: before, after: Self.modulesText, mode: 0o644)
            )
        } catch {
            throw StepFailure(error, while: "see what WireGuard needs")
        }
    }
}
