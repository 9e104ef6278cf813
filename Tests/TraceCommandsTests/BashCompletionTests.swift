import SeedTesting
import Testing

@testable import SeedCLI

@Suite("Completion in bash")
struct BashCompletionTests {
  static let script = CompletionScript(shell: .bash).text(for: SampleCommand.spec)

  /// The completions of bash. The words are split as bash does, and the last one is at the cursor.
  private func complete(_ words: [String]) async throws -> [String] {
    let list = (["seed-runner"] + words).map { "'\($0)'" }.joined(separator: " ")
    let end = try await ShellProgram.bash.runAmongFiles(
      """
      set -u
      \(Self.script)
      COMP_WORDS=(\(list)) COMP_CWORD=\(words.count)
      _seed_runner
      for reply in "${COMPREPLY[@]}"; do printf '%s\\n' "$reply"; done
      """)
    #expect(end.exitCode == 0 && end.errors.isEmpty, "\(end.errors)")
    return end.output.split(separator: "\n").map(String.init)
  }

  @Test("is a valid script")
  func syntax() async throws {
    let end = try await ShellProgram.bash.run(Self.script, ["-n"])
    #expect(end.exitCode == 0 && end.errors.isEmpty, "\(end.errors)")
  }

  @Test("is registered for the program")
  func registered() async throws {
    let end = try await ShellProgram.bash.run("\(Self.script)\ncomplete -p seed-runner")
    #expect(end.output == "complete -F _seed_runner seed-runner\n")
  }

  static let exact: [([String], [String])] = [
    (["mi"], ["migrate"]), (["--us"], ["--users"]), (["--sa"], ["--sample-traces"]),
    (["--de"], ["--debug"]), (["--no-"], ["--no-migrate", "--no-wait", "--no-built-in", "--no-debug"]),
    (["zzz"], []),
    (["migrate", "s"], ["status", "sql"]), (["migrate", "down", "--st"], ["--steps"]),
    (["migrate", "up", "--st"], []), (["migrate", "up", "--jo"], []),
    (["--env", "test", "migrate", "d"], ["down"]), (["--config-path", "db", "migrate", "d"], ["down"]),
    (["--env", "=", "test", "migrate", "d"], ["down"]), (["--env=test", "migrate", "d"], ["down"]),
    (["-e", "test", "db", "de"], ["destroy"]),
    (["--env", ""], ["dev", "test", "ci", "ci-local", "production"]), (["--env", "p"], ["production"]),
    (["-e", "t"], ["test"]), (["--env", "="], ["dev", "test", "ci", "ci-local", "production"]),
    (["--env", "=", "p"], ["production"]), (["--env=p"], ["--env=production"]),
    (["migrate", "status", "--format", ""], ["text", "json"]), (["--jobs", ""], []),
    (["--only", "t"], ["tags"]), (["--only", "users,t"], ["users,tags"]), (["--only", "users,us"], []),
    (["--only=users,tags,s"], ["--only=users,tags,sample-traces"]),
    (["--all", "--except", "=", "c"], ["curated-traces", "capacity-traces"]),
    (["--config-path", ""], ["Config dir"]), (["--config_path", "C"], ["Config dir"]),
    (["db", "--project-path", "C"], ["Config dir"]),
    (["db", "psql", "--", ""], ["Config dir", "data file.json"]), (["db", "psql", "--", "--he"], []),
    (["completions", "--", ""], ["bash", "zsh", "fish"]),
    (["completions", ""], ["bash", "zsh", "fish", "--help"]),
    (["completions", "bash", "z"], []), (["help", "mi"], ["migrate"]),
    (["help", "migrate", ""], ["up", "down", "status", "sql"]),
    (["migrate", "help", "u"], ["up"]), (["help", "--"], []), (["help", "he"], ["help"]),
    (["--", ""], []),
  ]

  @Test("offers the possible continuations", arguments: exact)
  func offers(words: [String], expected: [String]) async throws {
    #expect(try await complete(words).sorted() == expected.sorted())
  }

  @Test("offers commands, seeders and options for an empty word")
  func empty() async throws {
    let offered = try await complete([""])
    let spec = SampleCommand.spec
    let expected =
      spec.subcommands.map(\.name) + spec.options.map(\.long) + ["--no-built-in", "--no-debug", "--no-wait"]
    #expect(offered.sorted() == expected.sorted())
  }

  @Test("knows every option of every command")
  func everyOption() async throws {
    for (path, command) in SampleCommand.spec.tree where path != ["help"] {
      let options = command.options.flatMap { [$0.long] + ($0.negation.map { [$0] } ?? []) }
      #expect(try await complete(path + ["--"]).sorted() == options.sorted(), "\(path)")
    }
  }

  @Test("does not execute file names")
  func injection() async throws {
    let spec = SampleCommand.make([
      ("$(echo owned >&2)", "A `summary` of 'quotes'"), ("tags", "x"),
    ])
    let script = CompletionScript(shell: .bash).text(for: spec)
    let end = try await ShellProgram.bash.run(
      "\(script)\nCOMP_WORDS=(seed-runner --only '') COMP_CWORD=2; _seed_runner; echo \"${COMPREPLY[*]}\"")
    #expect(end.output == "tags\n" && end.errors.isEmpty)
  }
}
