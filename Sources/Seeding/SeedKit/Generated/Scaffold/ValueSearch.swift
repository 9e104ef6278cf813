import Postgres
import SeedGenerators

/// Looks for values that a CHECK constraint allows, by trying values of generators and those near the constants of the
/// constraint.
struct ValueSearch {
  let check: LiveTable.Check
  let column: LiveTable.Column

  /// More values would make the definition hard to read.
  private static let mostValues = 60
  private static let samples = 100

  /// A generator all of whose first values are allowed, or a pick of allowed values; nil if there are none.
  func generator(on connection: PostgresConnection) async throws -> GeneratorValue? {
    let isText = ["text", "character varying", "character", "citext"].contains(column.baseType)
    if isText {
      for generator in Self.textGenerators.map(GeneratorValue.string) + patterns {
        let values = Self.values(of: generator)
        if try await allowed(values, on: connection).count == values.count { return generator }
      }
    }
    let found = try await allowed(isText ? texts : others, on: connection)
    var values: [String] = []
    for value in found where !values.contains(value) { values.append(value) }
    guard !values.isEmpty else { return nil }
    // Spread over all that were found.
    let step = max(1, values.count / Self.mostValues)
    let chosen = stride(from: 0, to: values.count, by: step).prefix(Self.mostValues).map { values[$0] }
    let isNumber = ["smallint", "integer", "bigint", "numeric", "real", "double precision"].contains(
      column.baseType)
    return ["pick": .list(chosen.map { isNumber ? .number($0) : .string($0) })]
  }

  /// The values that the constraint allows; none if the server cannot compute it.
  private func allowed(_ values: [String], on connection: PostgresConnection) async throws -> [String] {
    guard !values.isEmpty else { return [] }
    do {
      return try await connection.query(
        """
        SELECT given.value FROM unnest(\(values)::text[]) WITH ORDINALITY AS given (value, place)
        CROSS JOIN LATERAL (SELECT given.value::\(unescaped: column.baseType) AS \(column.name)) AS made
        WHERE (\(unescaped: check.expression)) ORDER BY given.place
        """
      ).map { try $0.decode(String.self) }
    } catch let error as PostgresError where error.code == .serverError && !error.isTransient {
      return []
    }
  }

  private static let textGenerators = [
    "email", "url", "domain", "slug", "username", "person.name", "phone", "word", "words", "sentence",
    "ip.v4", "ip.v6",
    "mac", "uuid.v4", "filename", "currency", "country", "city", "postcode", "color", "company", "product",
    "paragraph",
  ]

  private static func values(of generator: GeneratorValue) -> [String] {
    guard let spec = try? GeneratorCatalog.parse(generator, context: GeneratorContext()),
      let column = try? GeneratedColumn(table: "t", column: "c", seed: 1, spec: spec)
    else { return [] }
    return (0..<samples).map { row in
      var text: [UInt8] = []
      _ = column.append(row: row, to: &text)
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// The texts in the constraint.
  private var constants: [String] {
    (SQLExpression.Token.list(of: check.expression) ?? []).compactMap { token in
      switch token {
      case .text(let text), .number(let text): text
      default: nil
      }
    }
  }

  /// Digits and letters, alone and after the texts of the constraint.
  private var patterns: [GeneratorValue] {
    let prefixes =
      [""]
      + constants.filter { Int($0) == nil }.map { text in
        text.replacing("\\", with: "\\\\").replacing("#", with: "\\#").replacing("?", with: "\\?")
      }
    return prefixes.flatMap { prefix in
      (1...13).flatMap { count in
        ["?", "#"].flatMap { symbol -> [GeneratorValue] in
          let format = GeneratorValue.string(prefix + String(repeating: symbol, count: count))
          return symbol == "#"
            ? [["pattern": format]] : [["pattern": format], ["pattern": format, "case": "lower"]]
        }
      }
    }
  }

  private var texts: [String] {
    let words = Self.textGenerators.flatMap { Self.values(of: .string($0)) }
    let affixed = constants.flatMap { constant in
      ["a", "abc", "1", "12"].flatMap { [$0 + constant, constant + $0, $0 + constant + $0] }
    }
    return constants + affixed + words + patterns.flatMap { Self.values(of: $0).prefix(20) }
  }

  private var others: [String] {
    switch column.baseType {
    case "smallint", "integer", "bigint":
      let near = constants.compactMap { Int($0) }.flatMap { number in (-50...50).map { number &+ $0 } }
      return (near + Array(0...1_000) + Array(-100..<0)).filter {
        column.baseType != "smallint" || abs($0) < 32_768
      }
      .map(String.init)
    case "numeric", "real", "double precision":
      let near = constants.compactMap { Double($0) }.flatMap { number in
        (-8...8).map { number + Double($0) / 4 }
      }
      return (near + (0...400).map { Double($0) / 4 } + (0...100).map { Double($0) * 10 }).map { "\($0)" }
    case "date", "timestamp with time zone", "timestamp without time zone":
      return (0...1_500).compactMap { Timestamp.moved("2024-01-01", by: $0) }
    case "boolean": return ["true", "false"]
    case "json", "jsonb": return documents
    default: return []
    }
  }

  /// Objects with the texts of the constraint as keys, alone and together, with values of different types.
  private var documents: [String] {
    var keys: [String] = []
    for text in constants where !text.isEmpty && !keys.contains(text) { keys.append(text) }
    let values: [GeneratorValue] = ["abc", 1, .bool(true), .list([]), .object([]), .list(["abc"])]
    let single = values.flatMap { value in keys.map { GeneratorValue.object([GeneratorMember($0, value)]) } }
    let all = values.map { value in GeneratorValue.object(keys.map { GeneratorMember($0, value) }) }
    return (all + single + values).map(\.json)
  }
}
