/// Writes what a shell needs to complete a program's commands and options.
struct CompletionScript: Sendable {
  /// The shells there are scripts for.
  enum Shell: String, Sendable, CaseIterable {
    case bash, zsh, fish
  }

  /// The shell.
  let shell: Shell

  /// The script, without a line break at the end.
  func text(for root: CommandSpec) -> String {
    switch shell {
    case .bash: Bash(root: root).text
    case .zsh: Zsh(root: root).text
    case .fish: Fish(root: root).text
    }
  }
}

extension CommandSpec {
  /// The start of the names of all functions of its script.
  var completionFunction: String {
    "_" + String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  /// Every option of the tree once, with the paths of the commands that take it, in order.
  ///
  /// Two options of one name that read differently in the help are two here as well.
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

  /// Every option of the tree that takes a value: one for each name, since one name means one thing.
  var valuedOptions: [OptionSpec] {
    optionsWithPaths.map(\.option).filter { $0.value != .none }.reduce(into: []) { options, option in
      if !options.contains(where: { $0.name == option.name }) { options.append(option) }
    }
  }
}

extension OptionSpec {
  /// All that can be typed for it.
  var spellings: [String] { [long] + (short.map { ["-\($0)"] } ?? []) + (negation.map { [$0] } ?? []) }
}

extension Sequence<String> {
  /// The words that mean nothing to a shell, with spaces between them: whatever a word is made of, no part
  /// of a script may be run because of it.
  var shellWords: String {
    filter { word in
      !word.isEmpty
        && word.unicodeScalars.allSatisfy {
          $0.properties.isAlphabetic || ("0"..."9") ~= $0 || "-_.,".unicodeScalars.contains($0)
        }
    }.joined(separator: " ")
  }
}

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
