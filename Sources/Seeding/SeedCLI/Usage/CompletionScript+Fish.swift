extension CompletionScript {
  /// The script for fish, from version 3 on.
  struct Fish {
    let root: CommandSpec

    private var name: String { "_" + root.completionFunction }

    var text: String {
      """
      # Completion of \(root.name) for fish.

      \(pathFunction)

      # Whether the words before the cursor lead to one of these paths.
      function \(name)_at
        contains -- (\(name)_path) $argv
      end

      \(listFunction)

      complete -c \(root.name) -f
      \((commandLines + argumentLines + optionLines).joined(separator: "\n"))
      """
    }

    /// Prints the path of the command, such as `/migrate/up`, with `help` before it if its help is asked
    /// for, and `--` if the options have ended.
    private var pathFunction: String {
      let valued = root.valuedOptions.flatMap(\.spellings).shellWords
      let paths = root.tree.map(\.path).filter { !$0.isEmpty }.map { slashed($0) }
      let groups = root.tree.filter { !$0.command.subcommands.isEmpty }.map { slashed($0.path) }
      return """
        # Prints the command that the words before the cursor call, as a path.
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
      # Prints what can go on a list with commas whose start is at the cursor.
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
          // The words after "help" are commands too.
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
        // -x: a value is due, and it is no file.
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
