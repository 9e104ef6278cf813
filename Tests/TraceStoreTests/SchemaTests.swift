import FoundationEssentials
import Basics
import Migrations
import Postgres
import SeedTesting
import Testing
import TraceStore

@Suite("The schema")
struct SchemaTests {
  private func withSchema(
    major: Int? = nil, _ body: (PostgresConnection) async throws -> Void
  ) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      try await database.withPool(maximumConnections: 2) { pool in
        _ = try await Migrator(sets: TraceSchema.migrations()).apply(on: pool)
        try await pool.withConnection { try await body($0) }
      }
    }
  }

  @Test("has every column of a trace, including the vector and its model", arguments: [16, 18])
  func columns(major: Int) async throws {
    try await withSchema(major: major) { connection in
      let rows = try await connection.query(
        """
        SELECT column_name::text, udt_name::text FROM information_schema.columns
        WHERE table_name = 'traces' ORDER BY ordinal_position
        """)
      let columns = try rows.map { try $0.decode(String.self, String.self) }
      #expect(
        columns.map(\.0) == [
          "id", "title", "context_text", "solution_text", "embedding", "embedding_model_id",
          "embedding_model_version", "status", "trust_score", "confirmation_count", "contributor_id",
          "agent_model", "agent_version", "metadata_json", "is_seed", "is_flagged", "created_at",
          "updated_at", "is_provisional",
        ])
      #expect(columns.first { $0.0 == "embedding" }?.1 == "vector")
    }
  }

  @Test("has the indexes that search and lists need, including HNSW by cosine distance")
  func indexes() async throws {
    try await withSchema { connection in
      let rows = try await connection.query(
        "SELECT indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'")
      let pairs = try rows.map { try $0.decode(String.self, String.self) }
      let indexes = Dictionary(uniqueKeysWithValues: pairs)
      let hnsw = indexes["ix_traces_embedding_hnsw"] ?? ""
      #expect(hnsw.contains("USING hnsw (embedding vector_cosine_ops)"))
      #expect(hnsw.contains("m='16'") && hnsw.contains("ef_construction='64'"))
      for name in ["ix_traces_embedding_hnsw", "ix_traces_exact_terms"] {
        #expect(
          indexes[name]?.hasSuffix("WHERE ((NOT is_provisional) AND (NOT is_flagged))") ?? false, "\(name)")
      }
      #expect(
        indexes["ix_traces_exact_terms"]?.contains("USING gin (array_remove(regexp_split_to_array(") ?? false)
      for name in ["ix_traces_status", "ix_traces_contributor_id", "ix_traces_created_at", "ix_tags_name"] {
        #expect(indexes[name]?.contains("USING btree") ?? false, "\(name)")
      }
    }
  }

  @Test("makes a new trace pending, not seeded and unconfirmed")
  func defaults() async throws {
    try await withSchema { connection in
      let user = try await user("a@example.com", on: connection)
      let (status, isSeed, trust, confirmations, isFlagged) = try await connection.queryOne(
        """
        INSERT INTO traces (title, context_text, solution_text, contributor_id)
        VALUES ('Test', 'ctx', 'sol', \(user))
        RETURNING status, is_seed, trust_score, confirmation_count, is_flagged
        """
      ).decode(String.self, Bool.self, Double.self, Int.self, Bool.self)
      #expect(status == "pending" && !isSeed && trust == 0 && confirmations == 0 && !isFlagged)
    }
  }

  @Test("allows one vote per trace and voter")
  func votes() async throws {
    try await withSchema { connection in
      let trace = try await trace(by: "a@example.com", on: connection)
      let voter = try await user("b@example.com", on: connection)
      let vote: PostgresQuery =
        "INSERT INTO votes (trace_id, voter_id, vote_type) VALUES (\(trace), \(voter), 'confirm')"
      try await connection.query(vote)
      let error = await #expect(throws: PostgresError.self) { try await connection.query(vote) }
      #expect(error?.sqlState == .uniqueViolation)
    }
  }

  @Test("deletes a user's traces with the user, and their votes and tags with them")
  func cascades() async throws {
    try await withSchema { connection in
      let trace = try await trace(by: "a@example.com", on: connection)
      let voter = try await user("b@example.com", on: connection)
      try await connection.query(
        "INSERT INTO votes (trace_id, voter_id, vote_type) VALUES (\(trace), \(voter), 'confirm')")
      try await connection.query(
        "WITH tag AS (INSERT INTO tags (name) VALUES ('x') RETURNING id) INSERT INTO trace_tags SELECT \(trace), id FROM tag"
      )
      try await connection.query("DELETE FROM users WHERE email = 'a@example.com'")
      let left = try await connection.queryOne(
        """
        SELECT (SELECT count(*) FROM traces), (SELECT count(*) FROM votes),
          (SELECT count(*) FROM trace_tags), (SELECT count(*) FROM tags)
        """
      ).decode(Int.self, Int.self, Int.self, Int.self)
      #expect(left == (0, 0, 0, 1))
    }
  }

  @Test("rejects an embedding of another length")
  func dimensions() async throws {
    try await withSchema { connection in
      let trace = try await trace(by: "a@example.com", on: connection)
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query(
          "UPDATE traces SET embedding = \(PostgresVector([1, 2, 3])) WHERE id = \(trace)")
      }
      #expect(error?.message == "expected 1536 dimensions, not 3")
    }
  }

  @Test("stores vectors in line, and accepts texts of any length")
  func inLine() async throws {
    try await withSchema { connection in
      let contributor = try await user("a@example.com", on: connection)
      let vector = PostgresVector((0..<1536).map { Float($0 * 7919 % 1536) - 768 })
      let word = "timeout"
      for (title, length) in [("short", 500), ("usual", 3_000), ("long", 200_000)] {
        // Random numbers, because repetitive text would be compressed to almost nothing.
        let text = String((0..<length).map { "\(word) \($0 * 7919 % 100_000) " }.joined().prefix(length))
        try await connection.query(
          """
          INSERT INTO traces (title, context_text, solution_text, contributor_id, embedding)
          VALUES (\(title), 'context', \(text), \(contributor), \(vector))
          """)
        let (found, stored) = try await connection.queryOne(
          "SELECT solution_text, embedding FROM traces WHERE title = \(title)"
        ).decode(String.self, PostgresVector.self)
        #expect(found == text && stored == vector)
        let outOfLine = try await connection.queryOne(
          """
          SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'traces'::regclass
          """
        ).decode(Int.self)
        #expect((outOfLine > 0) == (title == "long"), "\(title): \(outOfLine) bytes")
      }
    }
  }

  @Test("leaves hidden traces out of every search index that exists, and brings back the earlier indexes")
  func searchIndexes() async throws {
    try await TemporaryDatabase.with { database in
      try await database.withPool(maximumConnections: 2) { pool in
        let migrator = Migrator(sets: try TraceSchema.migrations())
        _ = try await migrator.apply(on: pool)
        func definitions() async throws -> [String] {
          try await pool.withConnection { connection in
            try await connection.query(
              """
              SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
              WHERE indrelid = 'traces'::regclass AND (relname LIKE '%hnsw%' OR relname LIKE '%terms%') ORDER BY 1
              """
            ).map { try $0.decode(String.self) }
          }
        }
        let current = try await definitions()
        #expect(try await migrator.revert(on: pool, to: 10).count == 1)
        let earlier = try await definitions()
        #expect(earlier.count == 2 && earlier.allSatisfy { !$0.contains("WHERE") })
        #expect(zip(current, earlier).allSatisfy { $0.hasPrefix($1) && $0 != $1 })
        _ = try await migrator.apply(on: pool)
        #expect(try await definitions() == current)
        // Capacity data may have an index of another kind, or none while it is loaded.
        for kind in [TraceIndex.halfvec, .bit] {
          try await pool.withConnection { connection in
            try await TraceIndex.dropAll(on: connection)
            try await connection.query(PostgresQuery(unescaped: kind.definition))
          }
          let wanted = try await definitions()
          _ = try await migrator.revert(on: pool, to: 10)
          #expect(try await definitions() != wanted)
          _ = try await migrator.apply(on: pool)
          #expect(try await definitions() == wanted, "\(kind)")
        }
      }
    }
  }

  @Test("can be reverted and applied again", arguments: [16, 18])
  func revert(major: Int) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      try await database.withPool(maximumConnections: 2) { pool in
        let migrator = Migrator(sets: try TraceSchema.migrations())
        let count = migrator.sets.map(\.migrations.count).reduce(0, +)
        #expect(try await migrator.apply(on: pool).count == count)
        #expect(try await migrator.revert(on: pool, steps: count).count == count)
        let tables = try await pool.withConnection { connection in
          try await connection.queryOne("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .decode(Int.self)
        }
        #expect(tables == 0)
        #expect(try await migrator.apply(on: pool).count == count)
      }
    }
  }

  /// Databases store the checksums of the earlier files, so checksums do not detect an edit of these files.
  @Test(
    "is unchanged in files with the checksum of an earlier text",
    arguments: [
      ("0002_initial_schema.sql", "f87c00d54e7ee1ba9d388a398cfe399e95567795cc13bc2bc71ef9394db9e37a"),
      ("0003_reference_tables.sql", "39d456d711bb6629f520d4428bf6b9975f041ab7c9ab2dc742f95f26a9cfc5e8"),
    ])
  func movedFiles(name: String, digest: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/Traces/TraceStore/Schema")
    let bytes = try Data(contentsOf: folder.appending(path: name))
    #expect(Digest.sha256Hex([UInt8](bytes)) == digest)
  }

  @Test("of an earlier version is recorded under new names and not created again", arguments: [16, 18])
  func earlierVersion(major: Int) async throws {
    try await TemporaryDatabase.with(major: major) { database in
      try await database.withPool(maximumConnections: 2) { pool in
        let migrator = Migrator(sets: try TraceSchema.migrations())
        _ = try await migrator.apply(on: pool)
        try await pool.withConnection { connection in
          try await connection.runScript("DELETE FROM seed_runner.migration WHERE set_name = 'trace-base'")
          _ = try await user("a@example.org", on: connection)
        }
        let outcomes = try await migrator.apply(on: pool)
        #expect(outcomes.map { "\($0.set) \($0.version)" } == ["trace-base 1", "trace-base 2"])
        let users = try await pool.withConnection { connection in
          try await connection.queryOne("SELECT count(*) FROM users").decode(Int.self)
        }
        #expect(users == 1)
      }
    }
  }

  private func user(_ email: String, on connection: PostgresConnection) async throws -> UUID {
    try await connection.queryOne(
      "INSERT INTO users (email, display_name) VALUES (\(email), 'Somebody') RETURNING id"
    ).decode(UUID.self)
  }

  private func trace(by email: String, on connection: PostgresConnection) async throws -> UUID {
    let user = try await user(email, on: connection)
    return try await connection.queryOne(
      """
      INSERT INTO traces (title, context_text, solution_text, contributor_id)
      VALUES ('A', 'ctx', 'sol', \(user)) RETURNING id
      """
    ).decode(UUID.self)
  }
}
