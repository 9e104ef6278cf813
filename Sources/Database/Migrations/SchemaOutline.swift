/// The tables and columns that migrations create, as far as their statements are simple, and the statements that
/// create a missing one.
package struct SchemaOutline: Sendable {
  /// A table.
  package struct Table: Sendable {
    /// The name as written in the migrations.
    package let name: String
    /// The columns. A definition includes the name.
    package var columns: [(name: String, definition: String)]
    /// The statements that create the table, its indexes and its constraints, in order.
    package var statements: [String]
  }

  /// The tables, in the order of their creation.
  package private(set) var tables: [Table] = []

  /// Reads the statements that apply the migrations.
  package init(_ migrations: [Migration]) {
    for statement in migrations.flatMap({ SQLScript($0.up).statements }) {
      read(Self.compact(statement.text))
    }
  }

  private mutating func read(_ text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: true).map { String($0) }
    guard words.count > 2 else { return }
    let verb = words[0].uppercased()
    switch (verb, words[1].uppercased()) {
    case ("CREATE", "TABLE"):
      let name = words[words[2].uppercased() == "IF" ? min(5, words.count - 1) : 2]
      tables.append(
        Table(
          name: String(name.prefix { $0 != "(" }), columns: Self.columns(of: text), statements: [text]))
    case ("ALTER", "TABLE"):
      guard let index = tables.firstIndex(where: { $0.name == words[2] }) else { return }
      tables[index].statements.append(text)
      guard words.count > 5, words[3].uppercased() == "ADD", words[4].uppercased() == "COLUMN" else { return }
      let definition = words[5...].joined(separator: " ")
      tables[index].columns.append((words[5], definition))
    case ("DROP", "TABLE"): tables.removeAll { $0.name == words.last }
    case ("CREATE", "INDEX"), ("CREATE", "UNIQUE"):
      guard let place = words.firstIndex(where: { $0.uppercased() == "ON" }), place + 1 < words.count,
        let index = tables.firstIndex(where: { $0.name == words[place + 1].prefix { $0 != "(" } })
      else { return }
      tables[index].statements.append(text)
    default: break
    }
  }

  private static let constraints: Set<String> = [
    "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "CONSTRAINT", "EXCLUDE", "LIKE",
  ]

  /// The column definitions between the outer parentheses.
  private static func columns(of statement: String) -> [(name: String, definition: String)] {
    var parts: [String] = [""]
    var depth = 0
    var isQuoted = false
    for character in statement {
      if character == "'" { isQuoted.toggle() }
      if !isQuoted {
        if character == ")" { depth -= 1 }
        if depth == 1, character == "," {
          parts.append("")
          continue
        }
      }
      if depth > 0 { parts[parts.count - 1].append(character) }
      if !isQuoted, character == "(" { depth += 1 }
    }
    return parts.compactMap { part in
      let words = part.split(separator: " ")
      guard let name = words.first, !constraints.contains(name.uppercased()) else { return nil }
      return (String(name), words.joined(separator: " "))
    }
  }

  /// A statement on one line, without comments.
  private static func compact(_ statement: String) -> String {
    var isQuoted = false
    let lines = statement.split(separator: "\n").map { line -> Substring in
      var previous: Character = " "
      for index in line.indices {
        if line[index] == "'" { isQuoted.toggle() }
        if !isQuoted, line[index] == "-", previous == "-" { return line[..<line.index(before: index)] }
        previous = line[index]
      }
      return line
    }
    return lines.joined(separator: " ").split(separator: " ").joined(separator: " ")
  }
}
