import Plan
import Testing

@testable import Coordinator

@Suite struct TerminalClusterOverviewTests {
    @Test func `a table says what is where and two commands show it`() throws {
        var plan = try ClusterPlan.sample()
        plan.hosts[1].hostname = "worker.example.org"
        plan.hosts.append(plan.hosts[1])
        let overview = ClusterOverview(plan: plan)
        #expect(
            overview.table(unicode: true) == [
                "NODE   ROLE    HOSTNAME            ADDRESS       RUNS                     MESH",
                "tokyo  server  tokyo               203.0.113.10  K3s server v1.34.3+k3s1  "
                    + "Kilo 0.7.0, 2 peers",
                "seoul  agent   worker.example.org  203.0.113.20  K3s agent v1.34.3+k3s1   "
                    + "Kilo 0.7.0, 2 peers",
                "seoul  agent   worker.example.org  203.0.113.20  K3s agent v1.34.3+k3s1   "
                    + "Kilo 0.7.0, 2 peers",
            ]
        )
        #expect(
            overview.nextSteps(suffix: " --state ./state") == [
                "Next, on tokyo: sudo k3s kubectl get nodes",
                "Next, here: coordinator node list --state ./state",
            ]
        )
    }

    @Test func `long, wide and unfriendly names keep the columns in place`() throws {
        var plan = try ClusterPlan.sample()
        plan.hosts[0].hostname = String(repeating: "서울", count: 20)
        plan.hosts[1].hostname = "two\nlines\u{1B}[2J"
        let lines = ClusterOverview(plan: plan).table(unicode: false)
        #expect(lines.count == 3)
        #expect(lines[1].contains(String(repeating: "서울", count: 7) + "서~ "))
        #expect(lines[2].contains("two lines "))
        let columns = lines.map { line in
            line.firstRange(of: "K3s").map { found in
                TerminalText.columns(of: String(line[..<found.lowerBound]))
            }
        }
        #expect(columns[1] != nil && columns[1] == columns[2])
    }

    @Test func `a single machine has no peers`() throws {
        var plan = try ClusterPlan.sample()
        plan.hosts.removeLast()
        #expect(
            ClusterOverview(plan: plan).table(unicode: true).last?.hasSuffix("Kilo 0.7.0, 0 peers")
                == true
        )
    }
}
