/// Writes what a shell needs to complete the program's commands and options.
struct CompletionScript {
  enum Shell: String, CaseIterable {
    case bash, zsh, fish
  }

  let shell: Shell

  /// The script.
  func text(for root: CommandSpec) -> String {
    switch shell {
    case .bash: bash(root)
    case .zsh: zsh(root)
    case .fish: fish(root)
    }
  }

  /// Each command with the words that lead to it.
  private func commands(_ spec: CommandSpec, path: [String] = []) -> [(path: [String], spec: CommandSpec)] {
    [(path, spec)] + spec.subcommands.flatMap { commands($0, path: path + [$0.name]) }
  }

  private func words(_ spec: CommandSpec) -> [String] {
    spec.subcommands.map(\.name) + spec.options.map { "--\($0.name)" }
      + (spec.arguments.map { $0.hasPrefix("[") ? [] : $0.split(separator: "|").map(String.init) } ?? [])
  }

  /// Options that take a value, each once, over all commands.
  private func valued(_ root: CommandSpec) -> [OptionSpec] {
    commands(root).flatMap(\.spec.options).filter { $0.value != .none }
      .reduce(into: []) { list, option in
        if !list.contains(where: { $0.name == option.name }) { list.append(option) }
      }
  }

  private func seeders(_ root: CommandSpec) -> [String] {
    root.options.filter { $0.group == SeedRunnerCommand.seederGroup && $0.value == .none && $0.name != "all" }
      .map(\.name)
  }

  private func values(of option: OptionSpec, in root: CommandSpec) -> [String]? {
    if case .list = option.value { return seeders(root) }
    return option.allowed
  }

  private func bash(_ root: CommandSpec) -> String {
    let values = valued(root).map { option in
      let names = ["--\(option.name)"] + (option.short.map { ["-\($0)"] } ?? [])
      let reply =
        if let words = self.values(of: option, in: root) {
          #"COMPREPLY=($(compgen -W "\#(words.joined(separator: " "))" -- "$current"))"#
        } else if option.completion == .directory {
          #"COMPREPLY=($(compgen -d -- "$current"))"#
        } else {
          "COMPREPLY=()"
        }
      return "    \(names.joined(separator: "|"))) \(reply); return ;;"
    }
    let cases = commands(root).map { path, spec in
      #"    "\#(path.joined(separator: " "))") words="\#(words(spec).joined(separator: " "))" ;;"#
    }
    let names = Set(commands(root).flatMap(\.path)).sorted()
    return """
      # bash completion for seed-runner
      _seed_runner() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path="" words="" index
        case $previous in
      \(values.joined(separator: "\n"))
        esac
        for ((index = 1; index < COMP_CWORD; index++)); do
          case ${COMP_WORDS[index]} in
          \(names.joined(separator: "|"))) path="${path:+$path }${COMP_WORDS[index]}" ;;
          esac
        done
        case $path in
      \(cases.joined(separator: "\n"))
        esac
        COMPREPLY=($(compgen -W "$words" -- "$current"))
      }
      complete -F _seed_runner seed-runner
      """
  }

  private func zsh(_ root: CommandSpec) -> String {
    func quoted(_ text: String) -> String {
      text.replacing("'", with: "'\\''").replacing(":", with: "\\:").replacing("[", with: "\\[")
        .replacing("]", with: "\\]")
    }
    let functions = commands(root).map { path, spec in
      let options = spec.options.map { option in
        let value =
          switch option.value {
          case .none: ""
          case .required(let name), .list(let name):
            if let words = values(of: option, in: root) {
              ":\(name):(\(words.joined(separator: " ")))"
            } else {
              ":\(name):\(option.completion == .directory ? "_files -/" : "")"
            }
          }
        return "    '--\(option.name)[\(quoted(option.summary))]\(value)'"
      }
      let name = (["_seed_runner"] + path).joined(separator: "_")
      guard !spec.subcommands.isEmpty else {
        let choices = spec.arguments.map { $0.hasPrefix("[") ? "" : $0.replacing("|", with: " ") } ?? ""
        let argument = choices.isEmpty ? [] : ["    '1:argument:(\(choices))'"]
        return "\(name)() {\n  _arguments -s \\\n\((options + argument).joined(separator: " \\\n"))\n}"
      }
      let list = spec.subcommands.map { "'\($0.name):\(quoted($0.summary))'" }.joined(separator: " ")
      let branches = spec.subcommands.map { "    \($0.name)) \(name)_\($0.name) ;;" }
      return """
        \(name)() {
          local state line
          _arguments -C -s \\
        \(options.joined(separator: " \\\n")) \\
            '1:command:->command' '*::argument:->argument'
          case $state in
          command) local -a commands=(\(list)); _describe command commands ;;
          argument) case $line[1] in
        \(branches.joined(separator: "\n"))
            esac ;;
          esac
        }
        """
    }
    return "#compdef seed-runner\n\n" + functions.joined(separator: "\n\n")
      + "\n\ncompdef _seed_runner seed-runner"
  }

  private func fish(_ root: CommandSpec) -> String {
    func quoted(_ text: String) -> String {
      "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
    let top = root.subcommands.map(\.name).joined(separator: " ")
    var lines = ["# fish completion for seed-runner", "complete -c seed-runner -f"]
    for (path, spec) in commands(root) {
      // At the top nothing was named yet; below, all words of the path were and none of the next level.
      let seen = path.map { "__fish_seen_subcommand_from \($0)" }
      let next = spec.subcommands.map(\.name).joined(separator: " ")
      let open =
        path.isEmpty
        ? ["not __fish_seen_subcommand_from \(top)"]
        : next.isEmpty ? [] : ["not __fish_seen_subcommand_from \(next)"]
      let condition = "-n " + quoted((seen + open).joined(separator: "; and "))
      for subcommand in spec.subcommands {
        lines.append(
          "complete -c seed-runner \(condition) -a \(subcommand.name) -d \(quoted(subcommand.summary))")
      }
      for option in spec.options {
        var line = "complete -c seed-runner \(condition) -l \(option.name)"
        if let short = option.short { line += " -s \(short)" }
        if let words = values(of: option, in: root) {
          line += " -x -a \(quoted(words.joined(separator: " ")))"
        } else if option.completion == .directory {
          line += " -x -a '(__fish_complete_directories)'"
        } else if option.value != .none {
          line += " -x"
        }
        lines.append("\(line) -d \(quoted(option.summary))")
      }
      if let arguments = spec.arguments, !arguments.hasPrefix("[") {
        lines.append("complete -c seed-runner \(condition) -a \(quoted(arguments.replacing("|", with: " ")))")
      }
    }
    return lines.joined(separator: "\n")
  }
}
