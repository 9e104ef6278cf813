import Postgres

/// How a column is filled, where the field of its name does not suffice.
struct ColumnGuess {
  let column: String
  var fields: [String]?
  var members: [(key: String, value: String)] = []
  /// What to check.
  var reasons: [String] = []

  /// Whether it says anything.
  var isNeeded: Bool { fields != nil || !members.isEmpty }

  /// The member of `columns`, with a comment.
  func text(indent: String) -> String {
    let field = fields.map { DefinitionText.oneOrMore($0) }
    let all = [field.map { ("field", $0) }].compactMap(\.self) + members
    let value =
      members.isEmpty ? field ?? "" : "{\(all.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", "))}"
    let comment = reasons.isEmpty ? "" : "\(indent)// check: \(reasons.joined(separator: "; "))\n"
    return "\(comment)\(indent)\(JSONOutput.quoted(column)): \(value)"
  }
}

/// How numbers and dates in the strings of a file are written.
struct ValueGuesses {
  /// The format of numbers of the table.
  private(set) var numbers: NumberGuess?
  /// The guesses of the columns that differ from it, by column.
  private(set) var columns: [String: ColumnGuess] = [:]

  /// - Parameter live: the table; nil if it does not exist, so that all fields may have any type.
  init(_ match: FieldMatch, _ file: DataFileScan, live: LiveTable?) {
    let fields = match.columns.compactMap { column -> (column: String, profile: FieldProfile)? in
      match.field(of: column).flatMap { file[$0] }.map { (column, $0) }
    }
    let numeric = fields.filter { Self.isNumber($0.profile, live?[$0.column], isKnown: live != nil) }
    let formats = numeric.compactMap(\.profile.numberFormat)
    numbers = formats.first { format in numeric.allSatisfy { $0.profile.fits(format) } }
    for (column, profile) in fields {
      var guess = ColumnGuess(column: column)
      if numbers == nil, numeric.contains(where: { $0.column == column }), let format = profile.numberFormat {
        guess.members += format.members.map { ($0.key, JSONOutput.quoted($0.value)) }
        guess.reasons.append(format.reason)
      }
      if let format = profile.dateFormat, Self.isMoment(live?[column], isKnown: live != nil) {
        guess.members.append(("dateFormat", JSONOutput.quoted(format.pattern)))
        guess.reasons.append(format.reason)
      }
      if let format = profile.bytesFormat, live?[column]?.baseType == "bytea" {
        guess.members.append(("bytes", JSONOutput.quoted(format)))
        guess.reasons.append("all values are \(format == "hex" ? "hexadecimal" : "base64")")
      }
      if guess.isNeeded { columns[column] = guess }
    }
  }

  private static func isNumber(
    _ profile: FieldProfile, _ column: LiveTable.Column?, isKnown: Bool
  ) -> Bool {
    guard isKnown else { return profile.isNumber || profile.numberFormat != nil }
    var format = ValueFormat()
    format.decimal = UInt8(ascii: ",")
    return column.flatMap { TextConversion(format, scalarPath: $0.scalarPath, money: nil) }?.isNumber == true
  }

  private static func isMoment(_ column: LiveTable.Column?, isKnown: Bool) -> Bool {
    guard isKnown else { return true }
    var format = ValueFormat()
    format.dates = DatePattern("DD.MM.YYYY")
    return column.flatMap { TextConversion(format, scalarPath: $0.scalarPath, money: nil) }?.kind == .moment
  }
}

extension NumberGuess {
  /// What to check.
  var reason: String {
    isAmbiguous
      ? "1,234 is read as 1234; without \"thousands\", and with \"decimal\": \",\", as 1.234"
      : "all numbers fit this format"
  }
}

extension DateGuess {
  /// What to check.
  var reason: String { other.map { "\($0) fits all dates, too" } ?? "all dates fit this pattern" }
}
