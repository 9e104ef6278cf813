import SeedTesting
import Testing

@testable import SeedCLI

/// Many machines have no zsh. The tests are skipped there.
@Suite("Completion in zsh", .enabled(if: ShellProgram.zsh.isInstalled))
struct ZshCompletionTests {
  static let script = CompletionScript(shell: .zsh).text(for: SampleCommand.spec)

  @Test("is a valid script")
  func syntax() async throws {
    let end = try await ShellProgram.zsh.run(Self.script, ["-n"])
    #expect(end.exitCode == 0 && end.errors.isEmpty, "\(end.errors)")
  }

  @Test("is registered for the program when it is sourced")
  func registered() async throws {
    let end = try await ShellProgram.zsh.run(
      "autoload -Uz compinit; compinit -u -D\n\(Self.script)\nprint -r -- $_comps[seed-runner]")
    #expect(end.output == "_seed_runner\n" && end.errors.isEmpty, "\(end.errors)")
  }

  /// Replaces `_arguments`, so that the test can read its arguments.
  private func specifications(of function: String) async throws -> [String] {
    let end = try await ShellProgram.zsh.run(
      "compdef() { }; _arguments() { print -rl -- \"$@\" }\n\(Self.script)\n\(function)")
    #expect(end.errors.isEmpty, "\(end.errors)")
    return end.output.split(separator: "\n").map(String.init)
  }

  @Test("passes each option with its summary and values")
  func options() async throws {
    let root = try await specifications(of: "_seed_runner")
    #expect(root.contains("--users[Seed contributors, and demo users outside production]"))
    #expect(
      root.contains(
        "(--env -e)--env=[What the database is for\\: dev, test, ci, ci-local or production]"
          + ":NAME:(dev test ci ci-local production)"))
    #expect(root.contains { $0.hasPrefix("(--env -e)-e+[What") })
    #expect(
      root.contains {
        $0.hasPrefix("*--only=[")
          && $0.hasSuffix(
            ":NAME,...:_sequence compadd - users tags sample-traces curated-traces capacity-traces")
      })
    #expect(root.contains("--config-path=[Folder of the configuration files]:DIR:_files -/"))
    let down = try await specifications(of: "_seed_runner_migrate_down")
    #expect(down.contains("--steps=[How many migrations to revert]:N:"))
    #expect(try await specifications(of: "_seed_runner_completions").last == "1:SHELL:(bash zsh fish)")
  }
}

/// Many machines have no fish. The tests are skipped there.
@Suite("Completion in fish", .enabled(if: ShellProgram.fish.isInstalled))
struct FishCompletionTests {
  static let script = CompletionScript(shell: .fish).text(for: SampleCommand.spec)

  private func complete(_ line: String) async throws -> [String] {
    let end = try await ShellProgram.fish.runAmongFiles("\(Self.script)\ncomplete -C '\(line)'")
    #expect(end.errors.isEmpty, "\(end.errors)")
    return end.output.split(separator: "\n").map(String.init)
  }

  @Test("is a valid script")
  func syntax() async throws {
    let end = try await ShellProgram.fish.run(Self.script, ["-n"])
    #expect(end.exitCode == 0 && end.errors.isEmpty, "\(end.errors)")
  }

  @Test("offers commands and options with their summaries")
  func summaries() async throws {
    #expect(
      try await complete("seed-runner mig") == ["migrate\tApply and revert migrations"])
    #expect(try await complete("seed-runner --ta") == ["--tags\tThe vocabulary by which traces are tagged"])
  }

  static let exact: [(String, [String])] = [
    ("seed-runner migrate s", ["sql", "status"]), ("seed-runner migrate status --fo", ["--format"]),
    ("seed-runner migrate down --st", ["--steps"]), ("seed-runner migrate up --st", []),
    ("seed-runner --config-path db migrate d", ["down"]), ("seed-runner --env=test db de", ["destroy"]),
    ("seed-runner --env p", ["production"]), ("seed-runner --env=p", ["--env=production"]),
    ("seed-runner -e t", ["test"]), ("seed-runner --only t", ["tags"]),
    ("seed-runner --only users,t", ["users,tags"]), ("seed-runner --only=users,t", ["--only=users,tags"]),
    ("seed-runner --all --except users,tags,c", ["users,tags,capacity-traces", "users,tags,curated-traces"]),
    ("seed-runner --no-", ["--no-built-in", "--no-debug", "--no-migrate", "--no-wait"]),
    ("seed-runner --config-path C", ["Config dir/"]), ("seed-runner --jobs ", []),
    ("seed-runner completions ", ["bash", "fish", "zsh"]), ("seed-runner completions bash ", []),
    ("seed-runner help migrate ", ["down", "sql", "status", "up"]), ("seed-runner help mi", ["migrate"]),
    ("seed-runner db psql -- da", ["data file.json"]), ("seed-runner list ", []),
  ]

  @Test("offers the possible continuations", arguments: exact)
  func offers(line: String, expected: [String]) async throws {
    let words = try await complete(line).map { String($0.prefix { $0 != "\t" }) }
    #expect(words.sorted() == expected)
  }
}
