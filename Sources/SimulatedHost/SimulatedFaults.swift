import Steps

/// What goes wrong on a simulated machine, and how long things take there.
///
/// A machine in a folder reads its faults from `faults.json` beside its state, at every use; a key
/// that is missing there has the value it has here.
public struct SimulatedFaults: Sendable, Equatable, Codable {
    /// Programs that end badly or take long.
    public var programs: [ProgramFault] = []
    /// Whether there is no room for a file, an artifact or a package.
    public var diskFull = false
    /// Beginnings of paths that nothing can be written to.
    public var unwritablePaths: [String] = []
    /// Packages that cannot be installed.
    public var missingPackages: [String] = []
    /// K3s starts and never says that it is ready.
    public var k3sNeverReady = false
    /// K3s ends again and again.
    public var k3sCrashes = false
    /// The machine does not reach its own public address.
    public var hairpinBroken = false
    /// Public addresses of machines that no packet of the mesh reaches from here.
    public var unreachable: [String] = []
    /// Bytes that a packet to another machine's mesh address may have at most.
    public var pathMTU = 1500
    /// Of a thousand packets to other machines, how many are lost; counts before a rollout.
    public var packetLossPerMille = 0
    /// TCP ports that other programs listen on.
    public var takenPorts: [Int] = []
    /// The filter table as `iptables-save` prints it; nothing where there is none.
    public var packetFilter: [String] = []
    /// Milliseconds by which the machine's clock is ahead; counts when its node registers.
    public var clockSkew: Int64 = 0
    /// Charts, by their releases' names, that K3s never gets installed.
    public var missingCharts: [String] = []
    /// Deployments whose image cannot be pulled.
    public var missingImages: [String] = []
    /// What the tunnel's controller complains about instead of publishing anything.
    public var tunnelComplaint = ""
    /// Simulated milliseconds that things take.
    public var durations = SimulatedDurations()

    /// All goes well.
    public init() {}

    /// Reads faults; what is missing goes well.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, _ otherwise: Value) throws -> Value {
            try keys.decodeIfPresent(Value.self, forKey: key) ?? otherwise
        }
        programs = try value(.programs, programs)
        diskFull = try value(.diskFull, diskFull)
        unwritablePaths = try value(.unwritablePaths, unwritablePaths)
        missingPackages = try value(.missingPackages, missingPackages)
        k3sNeverReady = try value(.k3sNeverReady, k3sNeverReady)
        k3sCrashes = try value(.k3sCrashes, k3sCrashes)
        hairpinBroken = try value(.hairpinBroken, hairpinBroken)
        unreachable = try value(.unreachable, unreachable)
        pathMTU = try value(.pathMTU, pathMTU)
        packetLossPerMille = try value(.packetLossPerMille, packetLossPerMille)
        takenPorts = try value(.takenPorts, takenPorts)
        packetFilter = try value(.packetFilter, packetFilter)
        clockSkew = try value(.clockSkew, clockSkew)
        missingCharts = try value(.missingCharts, missingCharts)
        missingImages = try value(.missingImages, missingImages)
        tunnelComplaint = try value(.tunnelComplaint, tunnelComplaint)
        durations = try value(.durations, durations)
    }

    /// Refuses what cannot be written.
    func refuse(writing path: String) throws(HostFailure) {
        if diskFull {
            throw HostFailure(.diskFull, "cannot write \(path): no space left on device")
        }
        if unwritablePaths.contains(where: path.hasPrefix) {
            throw HostFailure(.permissionDenied, "cannot write \(path): permission denied")
        }
    }
}

/// A program that ends badly, takes long, or both.
public struct ProgramFault: Sendable, Equatable, Codable {
    /// The first words of the calls that are meant.
    public var argv: [String]
    /// The exit status; nothing lets the program do its work.
    public var status: Int32?
    /// What it complains about.
    public var complaint: String
    /// Simulated milliseconds before that.
    public var delay: Int64

    /// Describes a fault.
    public init(argv: [String], status: Int32? = nil, complaint: String = "", delay: Int64 = 0) {
        self.argv = argv
        self.status = status
        self.complaint = complaint
        self.delay = delay
    }
}

/// Simulated milliseconds that things take.
public struct SimulatedDurations: Sendable, Equatable, Codable {
    /// Any program that has no duration of its own.
    public var program: Int64 = 100
    /// Installing packages.
    public var packages: Int64 = 6000
    /// Placing one artifact.
    public var artifact: Int64 = 4000
    /// K3s' install script.
    public var installScript: Int64 = 2000
    /// From the start of K3s' server until its API answers.
    public var serverStart: Int64 = 12_000
    /// From the start of K3s' agent until it has joined.
    public var agentStart: Int64 = 6000
    /// From Kilo's pod until its node is in the mesh.
    public var kiloStart: Int64 = 8000
    /// From a HelmChart until K3s has installed it.
    public var chart: Int64 = 5000
    /// From a Deployment until its pods serve, and from an Ingress until it is published.
    public var podStart: Int64 = 4000

    /// About what a small server of a cloud takes.
    public init() {}

    /// The same for everything.
    public init(all milliseconds: Int64) {
        program = milliseconds
        packages = milliseconds
        artifact = milliseconds
        installScript = milliseconds
        serverStart = milliseconds
        agentStart = milliseconds
        kiloStart = milliseconds
        chart = milliseconds
        podStart = milliseconds
    }

    /// Reads durations; what is missing takes as long as it does here.
    public init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        func value(_ key: CodingKeys, _ otherwise: Int64) throws -> Int64 {
            try keys.decodeIfPresent(Int64.self, forKey: key) ?? otherwise
        }
        program = try value(.program, program)
        packages = try value(.packages, packages)
        artifact = try value(.artifact, artifact)
        installScript = try value(.installScript, installScript)
        serverStart = try value(.serverStart, serverStart)
        agentStart = try value(.agentStart, agentStart)
        kiloStart = try value(.kiloStart, kiloStart)
        chart = try value(.chart, chart)
        podStart = try value(.podStart, podStart)
    }
}
