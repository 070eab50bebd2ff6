import ArgumentParser
import Foundation
import GRPCCore
import Plan
import Protocol
import SwiftProtobuf

/// `coordinator kubeconfig`.
struct KubeconfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig",
        abstract: "Fetch the credential with which kubectl works on the cluster from elsewhere.",
        discussion: """
            Asks the cluster's first server for K3s' own kubeconfig, and makes one of it whose address is \
            the server's public one and whose context has the cluster's name. It may do everything in \
            the cluster: files of it are for their owner alone (0600), and who fetched it stands in \
            coordinator events.

            --merge puts it into ~/.kube/config. Other contexts stay, and the current one stays the \
            current one; comments are lost, as when kubectl writes the file. An entry of the same name \
            is replaced where it is of the same cluster, known by its authority; another cluster's \
            gives way only with --force.

            EXAMPLE
              coordinator kubeconfig --output three-clouds.kubeconfig
              coordinator kubeconfig --merge
              coordinator kubeconfig --output - | ssh laptop 'umask 077; cat >k.yaml'

            EXIT CODES
              0 written, 1 failed, nothing was written, 2 wrong usage
            """
    )

    @Option(help: ArgumentHelp("Where to write it; - for standard output.", valueName: "file"))
    var output: String?

    @Flag(help: "Put it into ~/.kube/config.")
    var merge = false

    @Flag(help: "Replace another cluster's entry of the same name.")
    var force = false

    @OptionGroup var state: StateOption

    func validate() throws {
        guard merge != (output != nil) else {
            throw ValidationError(
                "say where it goes: --output FILE, --output - for standard output, or --merge."
            )
        }
        guard output != "" else { throw ValidationError("--output needs the name of a file.") }
    }

    func run() async throws {
        let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
        if merge, home.isEmpty {
            throw CommandFailure(
                "HOME is not set, so it is not known where .kube/config is",
                advice: ["Name a file: coordinator kubeconfig --output FILE"]
            )
        }
        let answer = try await OperatorConnection(state).run { client in
            try await client.fetchKubeconfig(.init(), options: .short)
        }
        let entry: KubeconfigEntry
        do {
            entry = try KubeconfigEntry(file: [UInt8](answer.kubeconfig))
        } catch {
            throw CommandFailure(error.message)
        }
        if output == "-" {
            StandardOutput.writeRaw(String(decoding: entry.file().reveal(), as: UTF8.self))
            return
        }
        let place = KubeconfigPlace(path: output ?? "\(home)/.kube/config", force: force)
        StandardOutput.write(try place.put(entry))
    }
}
