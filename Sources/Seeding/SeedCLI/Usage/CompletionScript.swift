/// Generates the script that completes a program's commands, options and values in a shell.
struct CompletionScript: Sendable {
  /// The supported shells.
  enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish
  }

  /// The shell.
  let shell: Shell

  /// The script, without a trailing line break.
  func text(for root: CommandSpec) -> String {
    switch shell {
    case .bash: Bash(root: root).text
    case .zsh: Zsh(root: root).text
    case .fish: Fish(root: root).text
    }
  }
}

extension CommandSpec {
  /// The prefix of all function names in the script.
  var completionFunction: String {
    "_" + String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  /// Every option of the tree once, in order, with the paths of the commands that take it.
  ///
  /// Options with the same name but different descriptions are listed separately.
  var optionsWithPaths: [(option: OptionSpec, paths: [[String]])] {
    var found: [(option: OptionSpec, paths: [[String]])] = []
    for (path, command) in tree {
      for option in command.options {
        if let index = found.firstIndex(where: { $0.option == option }) {
          found[index].paths.append(path)
        } else {
          found.append((option, [path]))
        }
      }
    }
    return found
  }

  /// Every option of the tree that takes a value, one for each name. Options with the same name take the same kind of
  /// value.
  var valuedOptions: [OptionSpec] {
    optionsWithPaths.map(\.option).filter { $0.value != .none }.reduce(into: []) { options, option in
      if !options.contains(where: { $0.name == option.name }) { options.append(option) }
    }
  }
}

extension OptionSpec {
  /// All forms of the option: long, short and negated.
  var spellings: [String] { [long] + (short.map { ["-\($0)"] } ?? []) + (negation.map { [$0] } ?? []) }
}

extension Sequence<String> {
  /// The words without special characters, joined by spaces. Other words are dropped, so that no name can inject code
  /// into a script.
  var shellWords: String {
    filter { word in
      !word.isEmpty
        && word.unicodeScalars.allSatisfy {
          $0.properties.isAlphabetic || ("0"..."9") ~= $0 || "-_.,".unicodeScalars.contains($0)
        }
    }.joined(separator: " ")
  }
}

/// `seed-runner completions bash|zsh|fish`: prints the completion script for a shell.
enum CompletionsCommand {
  static func script(shell: String?, spec: CommandSpec) throws -> String {
    guard let shell, let kind = CompletionScript.Shell(rawValue: shell) else {
      throw CommandFailure(
        code: .usage, message: "unknown shell; expected bash, zsh or fish",
        fix: "run '\(spec.name) completions bash'")
    }
    return CompletionScript(shell: kind).text(for: spec)
  }
}
