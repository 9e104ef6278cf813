extension GeneratorCatalog {
  /// Values of other columns, for examples that read them.
  private static let others: [(column: String, value: String)] = [
    ("created_at", "2024-02-28 23:30:00+00"), ("city", "Berlin"), ("first", "Zoë"), ("last", "O’Brien"),
  ]

  /// The first values of a generator with the options of its example, for documentation.
  ///
  /// The table has the name `example` and the column that of the generator. The seed is 1. NULL is `NULL`.
  package static func samples(
    of entry: GeneratorEntry, locale: GeneratorLocale = .en, count: Int = 3
  ) throws(GeneratorFault) -> [String] {
    let context = GeneratorContext(locale: locale, columns: others.map(\.column))
    let column = try GeneratedColumn(
      table: "example", column: entry.name, seed: 1, spec: parse(entry.example, context: context))
    let values = RowValues(columns: others.count)
    for (index, other) in others.enumerated() { values.set(index, to: Array(other.value.utf8)) }
    return (0..<count).map { row in
      var text: [UInt8] = []
      return column.append(row: row, others: values, to: &text)
        ? String(decoding: text, as: UTF8.self) : "NULL"
    }
  }
}

extension GeneratorValue {
  /// The value as JSON in one line.
  package var json: String {
    var text: [UInt8] = []
    write(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private func write(to text: inout [UInt8]) {
    switch self {
    case .null: text.append(literal: "null")
    case .bool(let flag): text.append(literal: flag ? "true" : "false")
    case .number(let digits): text.append(contentsOf: digits.utf8)
    case .string(let string): Self.write(string, to: &text)
    case .list(let elements):
      text.append(ascii: "[")
      for (index, element) in elements.enumerated() {
        if index > 0 { text.append(literal: ", ") }
        element.write(to: &text)
      }
      text.append(ascii: "]")
    case .object(let members):
      text.append(ascii: "{")
      for (index, member) in members.enumerated() {
        if index > 0 { text.append(literal: ", ") }
        Self.write(member.key, to: &text)
        text.append(literal: ": ")
        member.value.write(to: &text)
      }
      text.append(ascii: "}")
    }
  }

  private static func write(_ string: String, to text: inout [UInt8]) {
    let start = text.count
    text.append(contentsOf: string.utf8)
    JSONText.quote(&text, from: start)
  }
}
