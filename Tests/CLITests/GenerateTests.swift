import Postgres
import SeedTesting
import Testing

@Suite("generate")
struct GenerateTests {
  @Test("writes a seeder for a schema, which then fills its tables")
  func scaffold() async throws {
    try await SeederPlace.with { place in
      try await place.sql("CREATE TABLE team (id serial PRIMARY KEY, name text NOT NULL UNIQUE)")
      try await place.sql(
        "CREATE TABLE member (id serial PRIMARY KEY, team_id int NOT NULL REFERENCES team, email text UNIQUE)"
      )
      let written = try await place.run(
        "generate", "--scaffold", "public", "--id", "demo", "--rows", "500", "--output",
        "\(place.folder.path)/demo")
      #expect(written.exitCode == 0, "\(written.errors)")
      #expect(written.output.contains("seeder.json: 2 tables"), "\(written.output)")
      let seeded = try await place.run("--demo")
      #expect(seeded.exitCode == 0, "\(seeded.errors)")
      let again = try await place.run("--demo")
      #expect(again.output.contains("unchanged"), "\(again.output)")
      let why = try await place.run("why", "member", "7")
      #expect(why.output.contains("demo generated"), "\(why.output)")
    }
  }

  @Test("does not overwrite a folder, and needs a schema with tables")
  func refused() async throws {
    try await SeederPlace.with { place in
      let empty = try await place.run("generate", "--scaffold", "nowhere", "--id", "demo")
      #expect(empty.exitCode != 0)
      try await place.sql("CREATE TABLE team (id serial PRIMARY KEY)")
      try place.write("demo", "{}")
      let taken = try await place.run(
        "generate", "--scaffold", "public", "--id", "demo", "--output", "\(place.folder.path)/demo")
      #expect(taken.exitCode == 5, "\(taken.errors)")
    }
  }
}
