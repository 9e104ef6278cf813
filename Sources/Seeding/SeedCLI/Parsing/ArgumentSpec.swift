/// An argument of a command, as a value: a word that is no option.
public struct ArgumentSpec: Sendable, Hashable {
  /// Its name in the usage line: `SHELL`.
  let name: String
  /// A line for the help.
  let summary: String
  /// Whether the command cannot do without it. Default: true.
  var isRequired = true
  /// Whether it may be several words. Only the last argument of a command may.
  var isRepeating = false
  /// Whether it is for another program, so that it stands after `--` only.
  var isPassedOn = false
  /// What a shell can complete.
  var completion = OptionSpec.Completion.none

  /// The values that are allowed, if their list is closed.
  var allowed: [String]? {
    guard case .values(let values) = completion else { return nil }
    return values
  }

  /// How the usage line shows it.
  var usage: String {
    let text = (isPassedOn ? "-- " : "") + name + (isRepeating ? "..." : "")
    return isRequired ? text : "[\(text)]"
  }
}

extension ArgumentSpec {
  /// Makes an argument.
  ///
  /// - Parameters:
  ///   - name: its name in the usage line, in upper case.
  ///   - summary: a line for the help.
  ///   - isRequired: whether the command cannot do without it.
  ///   - isRepeating: whether it may be several words. Only the last argument of a command may.
  public init(_ name: String, summary: String, isRequired: Bool = true, isRepeating: Bool = false) {
    self.init(name: name, summary: summary, isRequired: isRequired, isRepeating: isRepeating)
  }
}
