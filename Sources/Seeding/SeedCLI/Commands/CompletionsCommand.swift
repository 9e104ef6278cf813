/// `seed-runner completions bash|zsh|fish`: a script for the shell.
enum CompletionsCommand {
  static func script(shell: String?, spec: CommandSpec) throws -> String {
    guard let shell, let kind = CompletionScript.Shell(rawValue: shell) else {
      throw CommandFailure(
        code: .usage, message: "expected bash, zsh or fish",
        fix: "seed-runner completions bash")
    }
    return CompletionScript(shell: kind).text(for: spec)
  }
}
