/// A heading of the help under which options stand.
struct OptionGroup: Sendable, Hashable {
  /// The heading.
  let title: String
  /// Whether many commands share these options; the usage line then says `[OPTIONS]` for all of them.
  var isShared = false

  /// The options of one command.
  static let options = OptionGroup(title: "Options")
}
