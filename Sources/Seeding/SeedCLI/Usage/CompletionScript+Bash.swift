extension CompletionScript {
  /// The script for bash 3.2 and later.
  struct Bash {
    let root: CommandSpec

    private var name: String { root.completionFunction }

    var text: String {
      """
      # Completion of \(root.name) for bash.

      # Sets the completions of a command: path in $1, number of arguments so far in $2.
      \(name)_command() {
        commands= options= values= kind=
        case $1 in
      \(commandCases)
        esac
        case $1:$2 in
      \(argumentCases)
        esac
      }

      # Sets the completions of an option's value. Fails for an option without a value.
      \(name)_option() {
        values= kind= list=
        case ${1//_/-} in
      \(optionCases)
        *) return 1 ;;
        esac
      }

      \(main)

      complete -F \(name) \(root.name)
      """
    }

    private var commandCases: String {
      root.tree.map { path, command in
        let commands = command.subcommands.map(\.name).shellWords
        let options = command.options.flatMap { [$0.long] + ($0.negation.map { [$0] } ?? []) }.shellWords
        return "  '\(path.joined(separator: "/"))') commands='\(commands)' options='\(options)' ;;"
      }.joined(separator: "\n")
    }

    private var argumentCases: String {
      let cases = root.tree.flatMap { path, command in
        command.arguments.enumerated().map { index, argument in
          let count = argument.isRepeating ? "*" : "\(index)"
          return "  '\(path.joined(separator: "/"))':\(count)) \(action(argument.completion)) ;;"
        }
      }
      return (cases + ["  *) ;;"]).joined(separator: "\n")
    }

    private var optionCases: String {
      root.valuedOptions.map { option in
        let list = option.isList ? " list=1" : ""
        return
          "  \(option.spellings.shellWords.replacing(" ", with: "|"))) \(action(option.completion))\(list) ;;"
      }.joined(separator: "\n")
    }

    private func action(_ completion: OptionSpec.Completion) -> String {
      switch completion {
      case .none: "kind=none"
      case .file: "kind=file"
      case .directory: "kind=directory"
      case .values(let values): "values='\(values.shellWords)'"
      }
    }

    /// Finds the command and the kind of word at the cursor, then fills COMPREPLY.
    private var main: String {
      """
      \(name)() {
        local current=${COMP_WORDS[COMP_CWORD]} path= count=0 option= prefix= helping= passed=
        local commands options values kind list index word action=-W
        COMPREPLY=()
        for ((index = 1; index < COMP_CWORD; index++)); do
          word=${COMP_WORDS[index]}
          if [[ -n $option ]]; then
            # bash splits --key=value into three words.
            [[ $word == = ]] || option=
            continue
          fi
          case $word in
          --) passed=1; break ;;
          -*) if \(name)_option "$word"; then option=$word; fi ;;
          *)
            \(name)_command "$path" 0
            if [[ $word == help && -n $commands && -z $helping ]]; then
              helping=1
            elif [[ " $commands " == *" $word "* ]]; then
              path=${path:+$path/}$word
            else
              count=$((count + 1))
            fi ;;
          esac
        done
        if [[ -z $option && -z $passed && $current == --*=* ]]; then
          option=${current%%=*} prefix=${current%%=*}= current=${current#*=}
        fi
        if [[ -n $passed ]]; then
          \(name)_command "$path" "$count"
        elif [[ -n $option ]]; then
          [[ $current == = ]] && current=
          \(name)_option "$option" || return 0
          if [[ -n $list ]]; then
            compopt -o nospace 2>/dev/null
            if [[ $current == *,* ]]; then
              prefix=$prefix${current%,*}, current=${current##*,}
              # Do not offer values that are already in the list.
              for word in ${prefix//[=,]/ }; do values=" $values "; values=${values/ $word / }; done
            fi
          fi
        else
          \(name)_command "$path" "$count"
          if [[ -n $helping ]]; then
            values=$commands kind=
          elif [[ $current == -* ]]; then
            values=$options kind=
          elif [[ -z $kind ]]; then
            values="$commands $values $options"
          fi
        fi
        case $kind in
        directory) action=-d ;;
        file) action=-f ;;
        none) return 0 ;;
        esac
        if [[ $action != -W ]]; then compopt -o filenames 2>/dev/null; fi
        while IFS= read -r word; do COMPREPLY+=("$prefix$word"); done < <(
          if [[ $action == -W ]]; then
            compgen -W "$values" -- "$current"
          else
            compgen $action -- "$current"
          fi)
      }
      """
    }
  }
}
