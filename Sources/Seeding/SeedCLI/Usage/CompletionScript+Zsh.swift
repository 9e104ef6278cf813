extension CompletionScript {
  /// The script for zsh, to be sourced or installed as `_seed-runner` in the `fpath`.
  struct Zsh {
    let root: CommandSpec

    private var name: String { root.completionFunction }

    var text: String {
      """
      #compdef \(root.name)
      # Completion of \(root.name) for zsh.

      \(root.tree.map { function(path: $0.path, command: $0.command) }.joined(separator: "\n\n"))

      \(helpFunctions.joined(separator: "\n\n"))

      if [[ ${funcstack[1]} == _\(root.name) ]]; then
        \(name) "$@"
      else
        compdef \(name) \(root.name)
      fi
      """
    }

    private func functionName(_ path: [String]) -> String { ([name] + path).joined(separator: "_") }

    /// The function of a command. `_arguments` passes the words after a command's name to its function.
    private func function(path: [String], command: CommandSpec) -> String {
      let function = functionName(path)
      let isHelp = path == ["help"]
      var lines = command.options.flatMap(option)
      guard !command.subcommands.isEmpty || isHelp else {
        lines += command.arguments.enumerated().map { index, argument in
          // Arguments after `--` have no options before them.
          let position = argument.isRepeating ? "*" : "\(index + 1)"
          return "'\(position):\(quoted(argument.name)):\(action(argument.completion))'"
        }
        return "\(function)() {\n  _arguments -s -S\(joined(lines))\n}"
      }
      if isHelp { return "\(function)() {\n  \(name)__help\n}" }
      lines += ["'1: :->command'", "'*:: :->rest'"]
      let branches = command.subcommands.map { "    (\($0.name)) \(functionName(path + [$0.name])) ;;" }
      let help = command.subcommands.contains { $0.name == "help" } ? [] : [helpBranch(path)]
      return """
        \(function)() {
          local context state state_descr line
          typeset -A opt_args
          _arguments -C -s\(joined(lines))
          case $state in
          (command) \(describe(command)) ;;
          (rest)
            case $line[1] in
        \((branches + help).joined(separator: "\n"))
            esac ;;
          esac
        }
        """
    }

    private func helpBranch(_ path: [String]) -> String {
      "    (help) \(([name] + ["", "help"] + path).joined(separator: "_")) ;;"
    }

    /// The functions for the words after `help`, which are commands.
    private var helpFunctions: [String] {
      root.tree.filter { !$0.command.subcommands.isEmpty }.map { path, command in
        let function = ([name] + ["", "help"] + path).joined(separator: "_")
        let branches = command.subcommands.filter { !$0.subcommands.isEmpty }
          .map { "    (\($0.name)) \(function)_\($0.name) ;;" }
        return """
          \(function)() {
            local context state state_descr line
            _arguments -C '1: :->command' '*:: :->rest'
            case $state in
            (command) \(describe(command)) ;;
            (rest)
              case $line[1] in
          \((branches + ["    (*) ;;"]).joined(separator: "\n"))
              esac ;;
            esac
          }
          """
      }
    }

    private func describe(_ command: CommandSpec) -> String {
      let entries = command.subcommands.map { "'\($0.name):\(quoted($0.abstract))'" }
      return "local -a commands=(\(entries.joined(separator: " "))); _describe -t commands command commands"
    }

    private func option(_ option: OptionSpec) -> [String] {
      let summary = "[\(quoted(option.summary))]"
      guard let valueName = option.valueName else {
        return option.spellings.map { spelling in
          let others = option.spellings.count > 1 ? "(\(option.spellings.joined(separator: " ")))" : ""
          return "'\(others)\(spelling)\(summary)'"
        }
      }
      let value =
        ":\(quoted(valueName)):"
        + (option.isList ? list(option.allowed ?? []) : action(option.completion))
      let others =
        option.isRepeatable ? "*" : option.short == nil ? "" : "(\(option.spellings.joined(separator: " ")))"
      return ["'\(others)\(option.long)=\(summary)\(value)'"]
        + (option.short.map { ["'\(others)-\($0)+\(summary)\(value)'"] } ?? [])
    }

    private func list(_ values: [String]) -> String { "_sequence compadd - \(values.shellWords)" }

    private func action(_ completion: OptionSpec.Completion) -> String {
      switch completion {
      case .none: ""
      case .file: "_files"
      case .directory: "_files -/"
      case .values(let values): "(\(values.shellWords))"
      }
    }

    private func joined(_ lines: [String]) -> String { lines.map { " \\\n    \($0)" }.joined() }

    /// Escapes text for single quotes and for the specifications of `_arguments` and `_describe`.
    private func quoted(_ text: String) -> String {
      var quoted = ""
      for character in text.printable {
        switch character {
        case "'": quoted += "'\\''"
        case "\\", ":", "[", "]": quoted += "\\\(character)"
        default: quoted.append(character)
        }
      }
      return quoted
    }
  }
}
