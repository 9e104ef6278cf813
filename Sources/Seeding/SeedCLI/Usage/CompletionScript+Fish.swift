extension CompletionScript {
  /// The script for fish 3 and later.
  struct Fish {
    let root: CommandSpec

    private var name: String { "_" + root.completionFunction }

    var text: String {
      """
      # Completion of \(root.name) for fish.

      \(pathFunction)

      # Succeeds if the words before the cursor name one of these command paths.
      function \(name)_at
        contains -- (\(name)_path) $argv
      end

      \(listFunction)

      complete -c \(root.name) -f
      \((commandLines + argumentLines + optionLines).joined(separator: "\n"))
      """
    }

    /// The function that prints the path of the command, such as `/migrate/up`. The path has the prefix `help` after
    /// the word `help`, and `--` after the end of options.
    private var pathFunction: String {
      let valued = root.valuedOptions.flatMap(\.spellings).shellWords
      let paths = root.tree.map(\.path).filter { !$0.isEmpty }.map { slashed($0) }
      let groups = root.tree.filter { !$0.command.subcommands.isEmpty }.map { slashed($0.path) }
      return """
        # Prints the path of the command that the words before the cursor name.
        function \(name)_path
          set -l tokens (commandline -opc)
          set -l path /
          set -l helping
          set -l skip
          for token in $tokens[2..-1]
            if test -n "$skip"
              set skip
              continue
            end
            switch $token
              case --
                echo "--$path"
                return
              case '-*'
                if contains -- (string replace -a _ - -- $token) \(valued)
                  set skip 1
                end
              case '*'
                set -l next (string trim -r -c / -- $path)/$token
                if test $token = help -a -z "$helping"; and contains -- $path \(groups.joined(separator: " "))
                  set helping help
                else if contains -- $next \(paths.joined(separator: " "))
                  set path $next
                else
                  set path $path:argument
                end
            end
          end
          echo "$helping$path"
        end
        """
    }

    private var listFunction: String {
      """
      # Prints the values that can be added to the comma-separated list at the cursor.
      function \(name)_list
        set -l token (string replace -r '^--[^=]*=' '' -- (commandline -ct))
        set -l before (string match -r '^.*,' -- $token)
        for item in $argv
          if not contains -- $item (string split , -- $token)[1..-2]
            echo "$before$item"
          end
        end
      end
      """
    }

    private var commandLines: [String] {
      root.tree.flatMap { path, command in
        command.subcommands.map { subcommand in
          // Commands are also completed after "help".
          let condition = quoted("\(name)_at \(slashed(path)) help\(slashed(path))")
          return
            "complete -c \(root.name) -n \(condition) -a \(subcommand.name) -d \(quoted(subcommand.abstract))"
        }
      }
    }

    private var argumentLines: [String] {
      root.tree.flatMap { path, command in
        command.arguments.compactMap { argument in
          let place = (argument.isPassedOn ? "--" : "") + slashed(path)
          return action(argument.completion).map {
            "complete -c \(root.name) -n \(quoted("\(name)_at \(place)")) \($0)"
          }
        }
      }
    }

    private var optionLines: [String] {
      root.optionsWithPaths.flatMap { option, paths in
        let places = paths.map { slashed($0) }.joined(separator: " ")
        let start = "complete -c \(root.name) -n \(quoted("\(name)_at \(places)"))"
        let summary = "-d \(quoted(option.summary))"
        guard option.value != .none else {
          let letter = option.short.map { " -s \($0)" } ?? ""
          let negation = option.isNegatable ? ["\(start) -l no-\(option.name) \(summary)"] : []
          return ["\(start) -l \(option.name)\(letter) \(summary)"] + negation
        }
        let action =
          option.isList
          ? "-a \(quoted("(\(name)_list \((option.allowed ?? []).shellWords))"))" : action(option.completion)
        let letter = option.short.map { " -s \($0)" } ?? ""
        // -x: requires a value that is not a file.
        let kind = option.completion == .file ? "-r" : "-x"
        let words = ["\(start) -l \(option.name)\(letter)", kind, action, summary]
        return [words.compactMap { $0 }.joined(separator: " ")]
      }
    }

    private func action(_ completion: OptionSpec.Completion) -> String? {
      switch completion {
      case .none: nil
      case .file: "-F"
      case .directory: "-a '(__fish_complete_directories)'"
      case .values(let values): "-a \(quoted(values.shellWords))"
      }
    }

    private func slashed(_ path: [String]) -> String { "/" + path.joined(separator: "/") }

    private func quoted(_ text: String) -> String {
      "'" + text.printable.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
  }
}
