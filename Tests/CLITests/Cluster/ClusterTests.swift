import FoundationEssentials
import Postgres
import SeedTesting
import Testing

@Suite(
  "The trace service on a cluster", .serialized,
  .enabled(if: CitusDatabase.given != nil, CitusDatabase.reason))
struct ClusterTests {
  private func distributed(_ body: (CitusDatabase) async throws -> Void) async throws {
    try await CitusDatabase.with { cluster in
      try await cluster.run("--all")
      try await cluster.run("scale-out", "apply")
      try await body(cluster)
    }
  }

  @Test("a seeded database is distributed as declared, seeded again without a change, and brought back")
  func wayAndBack() async throws {
    try await distributed { cluster in
      let rows = try await cluster.count("SELECT count(*) FROM traces")
      try await cluster.run("scale-out", "status")
      let again = try await cluster.run("scale-out", "apply")
      #expect(again.output.contains("nothing to do"))
      let unchanged = try await cluster.run("--all")
      #expect(!unchanged.output.contains("seeded"), "\(unchanged.output)")
      try await cluster.run("plan")
      try await cluster.run("verify")
      try await cluster.run("scale-out", "undo")
      #expect(try await cluster.count("SELECT count(*) FROM pg_dist_partition WHERE partmethod = 'h'") == 0)
      #expect(try await cluster.count("SELECT count(*) FROM traces") == rows)
      #expect(
        try await cluster.count("SELECT count(*) FROM pg_class WHERE relname = 'ix_traces_embedding_hnsw'")
          == 1)
      let back = try await cluster.run("--all")
      #expect(!back.output.contains("seeded"), "\(back.output)")
    }
  }

  @Test("a first run fills tables that are distributed while they are empty")
  func firstRun() async throws {
    try await CitusDatabase.with { cluster in
      try await cluster.run("migrate", "up")
      try await cluster.run("scale-out", "apply")
      try await cluster.run("--all")
      let unchanged = try await cluster.run("--all")
      #expect(!unchanged.output.contains("seeded"), "\(unchanged.output)")
      try await cluster.run("verify")
    }
  }

  @Test("edited and deleted rows are found and repaired")
  func drift() async throws {
    try await distributed { cluster in
      try await cluster.sql(
        "UPDATE traces SET solution_text = 'edited' WHERE id = (SELECT id FROM traces WHERE is_seed AND embedding_model_id = 'local' LIMIT 1)"
      )
      try await cluster.sql("DELETE FROM tools WHERE name = 'apply_patch'")
      let plan = try await cluster.run("plan")
      #expect(plan.output.contains("(drifted) traces"), "\(plan.output)")
      #expect(plan.output.contains("(deleted outside seed-runner) tools 'apply_patch'"), "\(plan.output)")
      try await cluster.run("--all")
      try await cluster.run("verify")
      let why = try await cluster.run("why", "tools", "apply_patch")
      #expect(why.output.contains("tools.json"), "\(why.output)")
    }
  }

  @Test("reset deletes the rows of seeders, children first")
  func reset() async throws {
    try await distributed { cluster in
      try await cluster.run("reset", "shares", "transcripts", "sample-traces", "capacity-traces", "--yes")
      #expect(try await cluster.count("SELECT count(*) FROM transcripts") == 0)
      #expect(try await cluster.count("SELECT count(*) FROM transcript_messages") == 0)
      try await cluster.run("--all")
      try await cluster.run("verify")
    }
  }

  @Test("capacity data alone in its table is reset, with its index dropped and built again")
  func resetOfAll() async throws {
    try await CitusDatabase.with { cluster in
      try await cluster.run("migrate", "up")
      try await cluster.run("scale-out", "apply")
      try await cluster.run("--capacity-traces")
      try await cluster.run("reset", "capacity-traces", "--yes")
      #expect(try await cluster.count("SELECT count(*) FROM traces") == 0)
      #expect(
        try await cluster.count("SELECT count(*) FROM pg_class WHERE relname = 'ix_traces_embedding_hnsw'")
          == 1)
      try await cluster.run("--capacity-traces")
      #expect(try await cluster.count("SELECT count(*) FROM traces") == 3_000)
    }
  }

  @Test("sizes, plans and settings of search are those of the shards")
  func search() async throws {
    try await distributed { cluster in
      let check = try await cluster.run("capacity", "check", "--queries", "100", "--p99", "60000")
      #expect(!check.output.contains("the index is 0 MB"), "\(check.output)")
      let doctor = try await cluster.run("doctor")
      #expect(doctor.output.contains("tables distributed as declared"), "\(doctor.output)")
      #expect(!doctor.output.contains("ix_traces_embedding_hnsw, 0 MB"), "\(doctor.output)")
    }
  }

  @Test("a worker is refused, and doctor says so")
  func worker() async throws {
    try await CitusDatabase.with { cluster in
      try await cluster.run("migrate", "up")
      let worker = try #require(cluster.workers.first)
      for command in ["plan", "apply", "undo"] {
        let result = try await SeedRunnerBinary.run("scale-out", command, url: worker)
        #expect(result.exitCode == 5, "\(result.output)\(result.errors)")
        #expect(result.errors.contains("worker node"), "\(result.errors)")
      }
      let doctor = try await Diagnosis.of(worker)
      doctor.expect("cluster", "failure", "worker node", fix: "coordinator")
    }
  }

  @Test("an ordinary role applies the migrations where the extension is installed")
  func ordinaryRole() async throws {
    try await CitusDatabase.with { cluster in
      let role = "weak_\(UInt32.random(in: 0...UInt32.max))"
      let name = try #require(cluster.url.split(separator: "/").last)
      try await cluster.script(
        """
        CREATE ROLE \(role) LOGIN;
        GRANT CREATE ON SCHEMA public TO \(role);
        """)
      try await cluster.script("GRANT CREATE ON DATABASE \(name) TO \(role)")
      let result = try await SeedRunnerBinary.run(
        "migrate", "up", url: "\(cluster.url)?options=-c%20role%3D\(role)")
      #expect(result.exitCode == 0, "\(result.errors)")
      try await cluster.script("DROP OWNED BY \(role) CASCADE")
      try await cluster.script("DROP ROLE \(role)")
    }
  }
}
