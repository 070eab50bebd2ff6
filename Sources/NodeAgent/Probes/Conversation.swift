import Glibc
import Plan
import Preflight

/// Questions to one host over a connected socket, and what its answers tell.
struct Conversation {
    let socket: Socket
    let key: Secret
    let stop: StopSign

    /// Microseconds there and back of every answer to a question of common size.
    private(set) var times: [Int64] = []
    /// Answers that came after that of a later question.
    private(set) var reordered = 0
    /// This host as the other sees it.
    private(set) var seen: PathMeasurement.Endpoint?
    /// What the network said instead of an answer.
    private(set) var complaint = ""

    private var asked: [UInt64: Int64] = [:]
    private var sizes: [UInt64: Int] = [:]
    private var passedSizes: Set<Int> = []
    private var last: UInt64 = 0
    private var latestAnswer: UInt64 = 0

    init(socket: Socket, key: Secret, stop: StopSign) {
        self.socket = socket
        self.key = key
        self.stop = stop
    }

    /// Sends questions at a pace, and hears answers meanwhile.
    mutating func send(_ count: Int, every pace: Int64) {
        var due = OwnThread.now()
        for _ in 0..<count where !stop.isSet {
            ask(size: nil)
            due += pace
            hear(until: due)
        }
    }

    /// Hears answers until all have come.
    mutating func listen(atMost patience: Int64) {
        let end = OwnThread.now() + patience
        while !asked.isEmpty, !stop.isSet, OwnThread.now() < end {
            hear(until: min(end, OwnThread.now() + 50_000))
        }
        asked = [:]
    }

    /// Which sizes of IP packets arrive, each tried three times.
    mutating func passed(_ tried: [Int], atMost patience: Int64) -> Set<Int> {
        passedSizes = []
        for _ in 0..<3 {
            for size in tried { ask(size: size) }
        }
        let end = OwnThread.now() + patience
        while !passedSizes.isSuperset(of: tried), !stop.isSet, OwnThread.now() < end {
            hear(until: min(end, OwnThread.now() + 20_000))
        }
        sizes = [:]
        return passedSizes
    }

    /// - Parameter size: Of the IP packet, whose header has 20 bytes, and UDP's 8.
    private mutating func ask(size: Int?) {
        last += 1
        let question = ProbeDatagram(isAnswer: false, number: last)
        let bytes = question.bytes(padded: (size ?? 0) - 28, key: key)
        if let size { sizes[last] = size } else { asked[last] = OwnThread.now() }
        let status = Glibc.send(socket.descriptor, bytes, bytes.count, 0)
        if status < 0 { note(errno) }
    }

    private mutating func hear(until due: Int64) {
        while true {
            let left = due - OwnThread.now()
            guard left > 0 else { return take() }
            // poll counts in milliseconds; what is shorter is slept.
            if left < 1000 {
                usleep(UInt32(left))
            } else {
                _ = socket.wait(for: POLLIN, microseconds: left)
            }
            take()
        }
    }

    private mutating func take() {
        var buffer = [UInt8](repeating: 0, count: 2048)
        while true {
            let size = recv(socket.descriptor, &buffer, buffer.count, 0)
            guard size >= 0 else {
                let code = errno
                guard code != EAGAIN, code != EINTR else { return }
                note(code)
                return
            }
            guard let answer = ProbeDatagram(Array(buffer[..<size]), key: key), answer.isAnswer
            else { continue }
            take(answer)
        }
    }

    private mutating func take(_ answer: ProbeDatagram) {
        seen = .init(
            address: IPv4Address(bits: answer.address).description,
            port: Int(answer.port)
        )
        if let size = sizes.removeValue(forKey: answer.number) {
            passedSizes.insert(size)
        } else if let sent = asked.removeValue(forKey: answer.number) {
            times.append(OwnThread.now() - sent)
            if answer.number < latestAnswer { reordered += 1 }
            latestAnswer = max(latestAnswer, answer.number)
        }
    }

    /// A packet that is too large is no trouble: it was tried.
    private mutating func note(_ code: Int32) {
        switch code {
        case EMSGSIZE, ENOBUFS: break
        case ECONNREFUSED: complaint = "port unreachable"
        case EHOSTUNREACH: complaint = "host unreachable, or prohibited by a firewall"
        case EPERM, EACCES: complaint = "the own firewall refuses to send"
        default: complaint = String(cString: strerror(code))
        }
    }
}
