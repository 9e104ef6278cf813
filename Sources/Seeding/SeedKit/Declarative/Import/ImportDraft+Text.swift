import Postgres

extension ImportDraft {
  /// A member of the table, with what to check about it.
  private struct Member {
    let key: String
    let value: String
    var reason: String?
  }

  /// The text of `seeder.json`.
  var definition: String {
    let lines = members.map { member in
      let comment = member.reason.map { "      // check: \($0)\n" } ?? ""
      return "\(comment)      \"\(member.key)\": \(member.value)"
    }
    return DefinitionText.seeder(
      id: id, summary: "Rows of \(table)", dependencies: dependencies,
      tables: ["    {\n\(lines.joined(separator: ",\n"))\n    }"])
  }

  private var members: [Member] {
    let values = ValueGuesses(match, file, live: live)
    var members = [
      Member(key: "table", value: JSONOutput.quoted(table.description)),
      Member(key: "files", value: JSONOutput.quoted(file.name)),
    ]
    if file.isFormatGuessed {
      members.append(
        Member(
          key: "format", value: JSONOutput.quoted(file.format.rawValue), reason: "by the contents of the file"
        ))
    }
    if let encoding = file.encoding {
      members.append(
        Member(
          key: "encoding", value: JSONOutput.quoted(encoding.name),
          reason: encoding.isGuess ? "the file is not UTF-8" : nil))
    }
    if let path = file.list?.path {
      members.append(
        Member(key: "path", value: JSONOutput.quoted(path.text), reason: "the longest array of objects"))
    }
    if let field = file.list?.keyField {
      members.append(
        Member(key: "keyField", value: JSONOutput.quoted(field), reason: "a name for the keys of the object"))
    }
    members.append(Member(key: "key", value: DefinitionText.oneOrMore(key.columns), reason: key.reason))
    if let index = key.index { members.append(Member(key: "index", value: JSONOutput.quoted(index))) }
    members += dialect
    if let numbers = values.numbers {
      for (place, member) in numbers.members.enumerated() {
        members.append(
          Member(
            key: member.key, value: JSONOutput.quoted(member.value), reason: place == 0 ? numbers.reason : nil
          ))
      }
    }
    if let columns = columns(values.columns) { members.append(Member(key: "columns", value: columns)) }
    if !match.ignored.isEmpty {
      members.append(
        Member(
          key: "ignore", value: DefinitionText.list(match.ignored),
          reason: live == nil ? "fields without a name" : "\(table) has no columns for these fields"))
    }
    return members
  }

  private var dialect: [Member] {
    let csv = file.csv
    var members: [Member] = []
    func add(_ key: String, _ byte: UInt8?, _ reason: String) {
      guard let byte else { return }
      let text = String(Character(Unicode.Scalar(byte)))
      members.append(Member(key: key, value: JSONOutput.quoted(text), reason: reason))
    }
    if case .names(let names) = csv.header {
      let reason =
        live == nil
        ? "the file has no header, and these names are made up"
        : "the file has no header, and these are the columns in the order of the table"
      members.append(Member(key: "header", value: DefinitionText.list(names), reason: reason))
    }
    add("delimiter", csv.delimiter, "splits the lines into \(file.names.count) fields")
    if csv.quote != CSVFormat().quote { add("quote", csv.quote, "around fields") }
    add("escape", csv.escape, "before quotes inside of fields")
    add("comment", csv.comment, "before the header")
    if !csv.allowed.isEmpty {
      let names = csv.allowed.map(\.rawValue).sorted()
      members.append(
        Member(key: "allow", value: DefinitionText.list(names), reason: "the file deviates from RFC 4180"))
    }
    if let nulls = csv.nullTexts {
      members.append(
        Member(key: "null", value: DefinitionText.oneOrMore(nulls), reason: "values that may mean NULL"))
    }
    return members
  }

  /// The value of `columns`; nil if it is not needed.
  private func columns(_ values: [String: ColumnGuess]) -> String? {
    var guesses: [ColumnGuess] = []
    for column in match.columns {
      var guess = values[column] ?? ColumnGuess(column: column)
      if let field = match.renamed.first(where: { $0.column == column })?.field {
        guess.fields = [field]
        if live != nil { guess.reasons.insert("matched by name", at: 0) }
      }
      if let reference = references.first(where: { $0.column == column }) {
        guess.fields = reference.fields
        guess.members.append(("references", reference.reference))
        guess.reasons.append("the foreign key to \(reference.target.name)")
      }
      if guess.isNeeded { guesses.append(guess) }
    }
    for reference in references where !match.columns.contains(reference.column) {
      guesses.append(
        ColumnGuess(
          column: reference.column, fields: reference.fields, members: [("references", reference.reference)],
          reasons: ["the foreign key to \(reference.target.name)"]))
    }
    guard !guesses.isEmpty else { return nil }
    return "{\n\(guesses.map { $0.text(indent: "        ") }.joined(separator: ",\n"))\n      }"
  }
}
