import Postgres
import Testing

@testable import SeedKit

@Suite("Where tables are")
struct ShardingTests {
  @Test("a row of pg_dist_partition says where a table is")
  func placements() {
    func placement(_ method: String, _ model: String, _ group: Int, _ column: String? = nil) -> Sharding
      .Placement?
    {
      Sharding.placement(method: method, model: model, group: group, column: column)
    }
    #expect(placement("h", "s", 7, "id") == .distributed(by: "id", group: 7))
    #expect(placement("n", "t", 3) == .reference)
    #expect(placement("n", "s", 5) == .singleShard(group: 5))
    #expect(placement("n", "s", 0) == nil)
  }

  @Test("a table that is not named is local")
  func local() {
    let sharding = Sharding(placements: ["public.a": .reference])
    #expect(sharding["public.a"].isRemote)
    #expect(!sharding["public.b"].isRemote)
    #expect(!Sharding.singleServer["public.a"].isRemote)
  }

  @Test("a single server gets no settings of Citus")
  func settings() {
    #expect(Sharding.singleServer.settings.isEmpty)
    #expect(Sharding.singleServer.propagation.isEmpty)
    #expect(Sharding.singleServer.stableSettings.count == 1)
  }

  @Test("the setting that reaches the other nodes comes first")
  func propagation() {
    let setup = SeedRunner.transactionSetup(Sharding(placements: [:])).map(\.sql)
    #expect(setup.first == "SET LOCAL citus.propagate_set_commands = 'local'")
    #expect(setup.contains("SET LOCAL citus.multi_shard_modify_mode = 'sequential'"))
    #expect(setup.contains("SET LOCAL timezone = 'UTC'"))
    #expect(setup.contains("SET LOCAL datestyle = ISO, YMD"))
  }

  @Test("errors of other nodes name a constraint by that of a shard")
  func shardNames() {
    #expect(ShardName.isName("place", of: "place"))
    #expect(ShardName.isName("place_102037", of: "place"))
    for other in ["place_1020", "place_key", "place_102037x", "places_102037", "plac"] {
      #expect(!ShardName.isName(other, of: "place"), "\(other)")
    }
  }

  @Test("a key must contain the distribution column")
  func keys() {
    let placement = Sharding.Placement.distributed(by: "tenant", group: 1)
    #expect(ShardingRules.refusal(of: "t", placement, key: ["tenant", "id"]) == nil)
    let refusal = ShardingRules.refusal(of: "t", placement, key: ["id"])
    #expect(refusal?.found == "a key without 'tenant', by which the rows of t are distributed")
    for other in [Sharding.Placement.local, .reference, .singleShard(group: 1)] {
      #expect(ShardingRules.refusal(of: "t", other, key: ["id"]) == nil)
    }
  }
}
