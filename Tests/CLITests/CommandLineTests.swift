import SeedTesting
import Testing

@Suite("The command line")
struct CommandLineTests {
  /// A server that does not exist. A command that succeeds has not opened a connection.
  private static let nowhere = "postgresql://nobody@127.0.0.1:1/none"

  @Test("rejects an unknown flag with a suggestion and exit code 64, before opening a connection")
  func wrongFlag() async throws {
    let result = try await SeedRunnerBinary.run("--user", url: Self.nowhere)
    #expect(result.exitCode == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("--user"))
    #expect(result.errors.contains("Did you mean '--users'?"))
  }

  @Test(
    "exits with 64 for invalid command lines",
    arguments: [
      ["--all", "--users", "--except", "tags"], ["--except", "tags"], ["--only", "nobody"], ["--jobs"],
      ["frobnicate"],
      ["migrate"], ["migrate", "sideways"], ["--all", "--except", "users"], ["--format", "yaml", "--all"],
    ])
  func usage(arguments: [String]) async throws {
    let process = try SeedRunnerBinary.start(arguments, url: Self.nowhere)
    let end = try await process.wait()
    #expect(end.exitCode == 64, "\(arguments): \(end.errors)")
    #expect(end.output.isEmpty)
    #expect(end.errors.hasPrefix("Error: "))
  }

  @Test("without arguments shows a summary and exits with 64")
  func noArguments() async throws {
    let end = try await SeedRunnerBinary.start([], url: Self.nowhere).wait()
    #expect(end.exitCode == 64)
    #expect(end.output.isEmpty)
    #expect(end.errors.contains("seed-runner --all "))
  }

  @Test(
    "explains itself without a database",
    arguments: [
      ["--help"], ["--version"], ["list"], ["migrate", "up", "--help"], ["completions", "bash"],
      ["migrate", "sql"], ["config"],
    ])
  func offline(arguments: [String]) async throws {
    let process = try SeedRunnerBinary.start(arguments, url: Self.nowhere)
    let end = try await process.wait()
    #expect(end.exitCode == 0, "\(end.errors)")
    #expect(!end.output.isEmpty)
  }

  @Test("prints its version, commit and build as JSON")
  func version() async throws {
    let end = try await SeedRunnerBinary.start(["--version", "--format", "json"], url: Self.nowhere).wait()
    #expect(end.exitCode == 0, "\(end.errors)")
    let text = try await SeedRunnerBinary.run("--version").output.split(whereSeparator: \.isWhitespace)
    #expect(text.count == 2)
    #expect(end.output.contains(#""version" : "\#(text[1])""#), "\(end.output)")
    // The tests run a developer's build.
    #expect(end.output.contains(#""build" : "source""#) && end.output.contains(#""commit" : null"#))
  }

  @Test("lists each seeder with its summary, environments and dependencies")
  func list() async throws {
    let result = try await SeedRunnerBinary.run("list")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("SEEDER"))
    #expect(lines.contains { $0.hasPrefix("sample-traces") && $0.contains("users tags") })
    #expect(lines.contains { $0.hasPrefix("tools ") && $0.contains("production") })
    let json = try await SeedRunnerBinary.run("list", "--format", "json")
    #expect(json.output.contains(#""id" : "sample-traces""#))
  }

  @Test("reports an invalid setting with its source and exits with 78")
  func badConfiguration() async throws {
    let result = try await SeedRunnerBinary.run("--all", url: Self.nowhere, variables: ["SEED_JOBS": "many"])
    #expect(result.exitCode == 78)
    #expect(result.errors.contains("SEED_JOBS") && result.errors.contains("many"))
    let malformed = try await SeedRunnerBinary.run("--all", url: "mysql://u:\(SeedRunnerBinary.canary)@h/d")
    #expect(malformed.exitCode == 78)
    #expect(!(malformed.errors + malformed.output).contains(SeedRunnerBinary.canary))
  }

  @Test("fails at once if a server cannot be reached and the retry budget is zero")
  func unreachable() async throws {
    let result = try await SeedRunnerBinary.run(
      "--all", url: Self.nowhere, variables: ["SEED_RETRY_BUDGET": "0"])
    #expect(result.exitCode == 4)
    #expect(result.errors.contains("127.0.0.1"))
    #expect(result.errors.contains("Fix: check that the server is running"))
    #expect(!result.errors.contains("\t") && !result.errors.contains("⇥"), "\(result.errors)")
  }

  @Test("refuses production without --allow-production, with exit code 5")
  func production() async throws {
    let result = try await SeedRunnerBinary.run("--all", "--env", "production", url: Self.nowhere)
    #expect(result.exitCode == 5)
    #expect(result.errors.contains("Error: the environment is production [SR-"), "\(result.errors)")
    #expect(result.errors.contains("\nFix: add --allow-production to continue\n"), "\(result.errors)")
    let named = try await SeedRunnerBinary.run(
      "--sample-traces", "--env", "production", "--allow-production", url: Self.nowhere)
    #expect(named.exitCode == 5)
    #expect(named.errors.contains("'sample-traces' cannot run in the environment 'production' [SR-"))
    #expect(named.errors.contains("\nFix: to allow it, add \"production\""), "\(named.errors)")
  }
}
