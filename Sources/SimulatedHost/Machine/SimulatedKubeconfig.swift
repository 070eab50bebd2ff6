/// `/etc/rancher/k3s/k3s.yaml` in the form that K3s writes it, with credentials that open nothing.
enum SimulatedKubeconfig {
    static func text(authority: String, certificate: String, key: String) -> String {
        """
        apiVersion: v1
        clusters:
        - cluster:
            certificate-authority-data: \(authority)
            server: https://127.0.0.1:6443
          name: default
        contexts:
        - context:
            cluster: default
            user: default
          name: default
        current-context: default
        kind: Config
        users:
        - name: default
          user:
            client-certificate-data: \(certificate)
            client-key-data: \(key)

        """
    }
}
