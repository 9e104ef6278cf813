import Testing

@testable import SeedKit

@Suite("The nodes of a cluster")
struct ClusterStateTests {
  private static func node(
    _ id: Int, isActive: Bool = true, holdsShards: Bool = true, postgres: String? = "17.2",
    zone: String = "UTC",
    extensions: [String: String] = ["citus": "14.0-1", "vector": "0.8.0"], problem: String? = nil
  ) -> ClusterState.Node {
    ClusterState.Node(
      id: id, address: "node\(id):5432", isCoordinator: id == 1, isActive: isActive, holdsShards: holdsShards,
      facts: postgres.map { .init(postgres: $0, timeZone: zone, extensions: extensions) }, problem: problem)
  }

  private func problems(_ nodes: ClusterState.Node...) -> [String] {
    ClusterState(isCoordinator: true, nodes: nodes).problems.map(\.text)
  }

  @Test("nodes with the same versions have no problem")
  func healthy() {
    #expect(problems(Self.node(1, holdsShards: false), Self.node(2), Self.node(3)) == [])
  }

  @Test("a worker is refused, whatever its nodes are")
  func worker() {
    let state = ClusterState(isCoordinator: false, nodes: [])
    #expect(state.problems == [ClusterState.worker])
    #expect(state.problems.first?.fix.contains("coordinator") == true)
  }

  @Test("a cluster without a node for shards is refused")
  func noShards() {
    #expect(problems(Self.node(1, holdsShards: false)) == ["no node of the cluster holds shards"])
    #expect(problems() == ["no node of the cluster holds shards"])
  }

  @Test("a node that does not respond is named")
  func unreachable() {
    let down = Self.node(2, postgres: nil, problem: "connection refused")
    #expect(problems(Self.node(1), down) == ["the node node2:5432 does not respond: connection refused"])
  }

  @Test("a node that is not active is named")
  func inactive() {
    #expect(
      problems(Self.node(1), Self.node(2, isActive: false, postgres: nil)) == [
        "the node node2:5432 is not active"
      ])
  }

  @Test("a missing extension is named with its node")
  func missing() {
    let bare = Self.node(2, extensions: ["citus": "14.0-1"])
    #expect(problems(Self.node(1), bare) == ["the node node2:5432 does not have the extension 'vector'"])
  }

  @Test("other versions are named")
  func versions() {
    let other = Self.node(2, postgres: "16.4", extensions: ["citus": "13.0-1", "vector": "0.8.0"])
    #expect(
      problems(Self.node(1), other) == [
        "node2:5432 has PostgreSQL 16.4, but node1:5432 has 17.2",
        "node2:5432 has version 13.0-1 of the extension 'citus', but node1:5432 has 14.0-1",
      ])
  }

  @Test("another time zone is no problem, but is reported")
  func timeZones() {
    let state = ClusterState(isCoordinator: true, nodes: [Self.node(1), Self.node(2, zone: "Asia/Tokyo")])
    #expect(state.problems == [])
    #expect(state.otherTimeZones.map(\.address) == ["node2:5432"])
  }
}
