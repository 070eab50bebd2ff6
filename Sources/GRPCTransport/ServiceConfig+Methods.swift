internal import GRPCCore

extension ServiceConfig {
    /// The most particular configuration that a method has: its own, its service's, or that of all
    /// (grpc/grpc doc/service_config.md). Of two equals the later holds.
    func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? {
        guard !methodConfig.isEmpty else { return nil }
        let service = descriptor.service.fullyQualifiedService
        var config =
            config(named: service, descriptor.method) ?? config(named: service, "")
            ?? config(named: "", "")
        // GRPCCore ends the process where a timeout is one second below zero.
        if let timeout = config?.timeout { config?.timeout = max(.zero, timeout) }
        return config
    }

    private func config(named service: String, _ method: String) -> MethodConfig? {
        methodConfig.last { config in
            config.names.contains { $0.service == service && $0.method == method }
        }
    }

    /// How many calls must go well before others may be tried again; nil lets all.
    ///
    /// GRPCCore ends the process where the tokens are not in 1...1000 or the ratio is below 0.001;
    /// here they are brought into what is possible.
    func retryThrottle() -> RetryThrottle? {
        guard let retryThrottling else { return nil }
        return RetryThrottle(
            maxTokens: min(max(1, retryThrottling.maxTokens), 1000),
            tokenRatio: min(max(0.001, retryThrottling.tokenRatio), 1000)
        )
    }
}
