import FoundationEssentials
import Postgres
import SeedTesting
import Testing

/// Loads generated tables in processes that are killed.
@Suite("Generated rows from the command line")
struct GeneratedLoadTests {
  /// Tables in a cycle. Building an index and filling the references of the cycle take long enough to be killed.
  private static let sql = """
    CREATE FUNCTION slowly(value int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
      'BEGIN IF value % 9 = 0 THEN PERFORM pg_sleep(0.0001); END IF; RETURN value; END';
    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.002); RETURN new; END';
    CREATE TABLE team (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, lead_id int);
    CREATE TRIGGER slow BEFORE UPDATE ON team FOR EACH ROW EXECUTE FUNCTION wait();
    CREATE TABLE member (
      id serial PRIMARY KEY, team_id int NOT NULL REFERENCES team, email text NOT NULL UNIQUE,
      boss_id int REFERENCES member, score int NOT NULL);
    ALTER TABLE team ADD FOREIGN KEY (lead_id) REFERENCES member;
    CREATE TABLE badge (
      member_id int REFERENCES member, team_id int REFERENCES team, PRIMARY KEY (member_id, team_id));
    CREATE INDEX member_score ON member (slowly(score));
    CREATE INDEX member_team ON member (team_id) WHERE score > 10;
    COMMENT ON INDEX member_team IS 'teams';
    INSERT INTO team (name) VALUES ('by hand');
    """
  private static let definition = #"""
    {"id": "club", "summary": "Teams with members", "tables": [
      {"table": "team", "generate": {"rows": 300, "columns": {"name": "company"}}},
      {"table": "member", "generate": {"rows": 9000, "indexes": "rebuild",
        "columns": {"email": "email", "score": {"integer": [1, 99]}}}},
      {"table": "badge", "generate": {"rows": 5000}}
    ]}
    """#
  private static let checksum: PostgresQuery = """
    SELECT concat_ws(' ', (SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM team AS t),
      (SELECT md5(string_agg(m::text, '|' ORDER BY id)) FROM member AS m),
      (SELECT md5(string_agg(b::text, '|' ORDER BY member_id, team_id)) FROM badge AS b),
      (SELECT string_agg(pg_get_indexdef(indexrelid) || coalesce(obj_description(indexrelid, 'pg_class'), ''), ' '
        ORDER BY indexrelid::regclass::text)
      FROM pg_index WHERE indisvalid AND indrelid IN ('team'::regclass, 'member'::regclass, 'badge'::regclass)),
      nextval('member_id_seq'))
    """

  private func with(_ body: (SeederPlace) async throws -> Void) async throws -> String {
    var checksum = ""
    try await SeederPlace.with { place in
      try await place.database.withConnection { try await $0.runScript(Self.sql) }
      try place.write("club", Self.definition)
      try await body(place)
      let again = try await place.run("--club")
      #expect(again.output.contains("unchanged  club"), "\(again.output)\(again.errors)")
      checksum = try await place.database.withConnection {
        try await $0.queryOne(Self.checksum).decode(String.self)
      }
    }
    return checksum
  }

  private func start(_ place: SeederPlace) throws -> ChildProcess {
    try SeedRunnerBinary.start(
      ["--club", "--no-built-in", "--seeders-path", place.folder.path], url: place.database.url)
  }

  /// Two processes load the rest together.
  private func finish(_ place: SeederPlace, after moment: String) async throws {
    let processes = try [start(place), start(place)]
    for process in processes {
      let end = try await process.wait()
      #expect(end.exitCode == 0, "after \(moment): \(end.output)\(end.errors)")
    }
  }

  @Test("are the same after kills at random moments, and of two processes")
  func kills() async throws {
    let undisturbed = try await with { place in
      let run = try await place.run("--club")
      #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
    }
    #expect(undisturbed.contains("member_score") && undisturbed.contains("WHERE (score > 10)teams"))
    let shared = try await with { try await finish($0, after: "no kill") }
    #expect(shared == undisturbed)
    let random = try await with { place in
      var pauses: [Int] = []
      for _ in 0..<8 {
        let processes = try [start(place), start(place)]
        for process in processes {
          pauses.append(Int.random(in: 0...700))
          try await Task.sleep(for: .milliseconds(pauses[pauses.count - 1]))
          process.kill()
        }
        for process in processes { _ = try await process.wait() }
      }
      try await finish(place, after: "kills \(pauses) ms after each other")
    }
    #expect(random == undisturbed)
  }

  @Test(
    "are the same after a kill of both processes",
    arguments: [
      ("between chunks", "SELECT count(*) > 0 FROM seed_runner.bulk_chunk WHERE loaded_at IS NOT NULL"),
      (
        "while an index is built",
        "SELECT count(*) > 0 FROM pg_stat_progress_create_index WHERE datname = current_database()"
      ),
      (
        "while references of a cycle are filled",
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND query ~ 'UPDATE .+ AS live SET'"
      ),
    ])
  func kill(moment: String, condition: String) async throws {
    let killed = try await with { place in
      // The records exist before the first run that is killed.
      let migrated = try await place.run("migrate", "up")
      #expect(migrated.exitCode == 0, "\(migrated.errors)")
      let processes = try [start(place), start(place)]
      try await Waiting.until(on: place.database, PostgresQuery(unescaped: condition))
      for process in processes { process.kill() }
      for process in processes { _ = try await process.wait() }
      try await finish(place, after: "a kill \(moment)")
    }
    let undisturbed = try await with { _ = try await $0.run("--club") }
    #expect(killed == undisturbed, "\(moment)")
  }
}
