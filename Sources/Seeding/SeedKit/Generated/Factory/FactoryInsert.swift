import Postgres
import SeedGenerators

/// The statement that inserts the rows of a factory.
struct FactoryInsert {
  let table: GeneratedTable
  /// The numbers of the rows.
  let numbers: [Int]
  /// The columns of ``table`` that are sent. The server fills the others.
  private let sent: [Int]
  /// The unique keys of which generators fill a column, so that other rows may have the same values.
  private let keys: [LiveTable.UniqueKey]

  private var live: LiveTable { table.live }

  /// - Parameter given: the columns whose values the caller decides.
  init(_ table: GeneratedTable, numbers: [Int], given: Set<String>) {
    self.table = table
    self.numbers = numbers
    let sent = table.columns.indices.filter { column in
      if case .number = table.columns[column].encoder { false } else { true }
    }
    let names = Set(sent.map { table.columns[$0].name.name })
    self.sent = sent
    keys = table.live.keys.filter { key in
      key.columns.allSatisfy(names.contains) && !key.columns.allSatisfy(given.contains)
    }
  }

  /// What a statement returned.
  enum Outcome {
    /// The inserted rows as JSON.
    case inserted([String])
    /// The positions of the rows whose values other rows have. Nothing was inserted.
    case taken(Set<Int>)
  }

  /// Inserts the rows in one round trip, unless existing rows have the values of some.
  func run(on connection: PostgresConnection) async throws -> Outcome {
    let computed = table.computed.map(\.column.quoted)
    let expressions = table.computed.map { "(\($0.expression))" }
    guard !sent.isEmpty else {
      let values =
        computed.isEmpty
        ? "DEFAULT VALUES"
        : "(\(computed.joined(separator: ", "))) VALUES (\(expressions.joined(separator: ", ")))"
      let one: PostgresQuery = """
        WITH inserted AS (
          INSERT INTO \(unescaped: live.quoted) AS made \(unescaped: values) RETURNING made.*)
        SELECT to_jsonb(inserted.*)::text FROM inserted
        """
      let results = try await connection.pipeline(numbers.map { _ in one })
      return .inserted(try results.flatMap { try $0.map { try $0.decode(String.self) } })
    }
    let names = sent.map { table.columns[$0].name.quoted }
    let written = (names + computed).joined(separator: ", ")
    let values = (names + expressions).joined(separator: ", ")
    // Expressions use the names of the columns.
    let renamed = (["place AS seed_place"] + zip(names, sent.indices).map { "c\($1) AS \($0)" }).joined(
      separator: ", ")
    let isIdentity = sent.contains { live[table.columns[$0].name.name]?.isAlwaysIdentity == true }
    // citus: of rows of the same statement
    let insert: PostgresQuery = """
      \(rows), inserted AS (
        INSERT INTO \(unescaped: live.quoted) AS made (\(unescaped: written))
        \(unescaped: isIdentity ? "OVERRIDING SYSTEM VALUE" : "")
        SELECT \(unescaped: values) FROM (SELECT \(unescaped: renamed) FROM made) AS made
        WHERE NOT EXISTS (SELECT 1 FROM taken) ORDER BY made.seed_place
        RETURNING to_jsonb(made.*)::text AS value)
      SELECT value, NULL::bigint FROM inserted UNION ALL SELECT NULL, place FROM taken
      """
    let results = try await connection.pipeline([insert] + advances)[0]
    let found = try results.map { try $0.decode(String?.self, Int?.self) }
    let taken = Set(found.compactMap { $0.1 }.map { $0 - 1 })
    return taken.isEmpty ? .inserted(found.compactMap(\.0)) : .taken(taken)
  }

  /// The positions of the rows whose values other rows have.
  func taken(on connection: PostgresConnection) async throws -> Set<Int> {
    let rows = try await connection.query("\(self.rows) SELECT place FROM taken")
    return Set(try rows.map { try $0.decode(Int.self) - 1 })
  }

  /// The rows as `made` with the columns `c0` and so on and `place`, and the places of those that exist as `taken`.
  private var rows: PostgresQuery {
    var lists: PostgresQuery = ""
    for (place, column) in sent.enumerated() {
      let texts = numbers.map { number -> String? in
        var text: [UInt8] = []
        return table.append(column, of: number, to: &text) ? String(decoding: text, as: UTF8.self) : nil
      }
      lists = place == 0 ? "\(texts)::text[]" : "\(lists), \(texts)::text[]"
    }
    // A cast to the type without its length and precision, so that the column decides what fits.
    let casts = sent.enumerated().map { place, column in
      "c\(place)::\(live[table.columns[column].name.name]?.baseType ?? "text") AS c\(place)"
    }
    let aliases = sent.indices.map { "c\($0)" }.joined(separator: ", ")
    let taken =
      keys.isEmpty ? "SELECT place FROM made WHERE false" : keys.map(taken).joined(separator: " UNION ")
    return """
      WITH made AS MATERIALIZED (
        SELECT \(unescaped: casts.joined(separator: ", ")), place
        FROM unnest(\(lists)) WITH ORDINALITY AS texts (\(unescaped: aliases), place)),
      taken AS MATERIALIZED (\(unescaped: taken))
      """
  }

  /// The query for the places of the rows of `made` whose key another row has. A join, because Citus plans no subquery for
  /// each row.
  private func taken(_ key: LiveTable.UniqueKey) -> String {
    let places = key.columns.compactMap { name in
      sent.firstIndex { table.columns[$0].name.isNamed(name) }.map { (name: name, place: $0) }
    }
    func quoted(_ name: String) -> String { live[name]?.name.quoted ?? "" }
    guard let expressions = key.expressions else {
      let pairs = places.map { name, place in
        let comparison = key.nullsAreEqual ? "IS NOT DISTINCT FROM" : "="
        return "live.\(quoted(name)) \(comparison) made.c\(place)"
      }
      return
        "SELECT made.place FROM made JOIN \(live.quoted) AS live ON \(pairs.joined(separator: " AND "))"
    }
    // The expressions use the names of the columns.
    let row = places.map { "c\($0.place) AS \(quoted($0.name))" }.joined(separator: ", ")
    let names = expressions.indices.map { "k\($0)" }
    let pairs = names.map { "live.\($0) = wanted.\($0)" }
    let named = zip(expressions, names).map { "\($0) AS \($1)" }.joined(separator: ", ")
    return """
      SELECT wanted.seed_place AS place
      FROM (SELECT seed_place, \(named) FROM (SELECT place AS seed_place, \(row) FROM made) AS made) AS wanted
      JOIN (SELECT \(named) FROM \(live.quoted)) AS live ON \(pairs.joined(separator: " AND "))
      """
  }

  /// Statements that advance sequences past the numbers that the caller decides.
  private var advances: [PostgresQuery] {
    var numbers: [(sequence: String, query: String)] = []
    for column in sent {
      guard case .generator(let generated, _) = table.columns[column].encoder,
        let given = generated.generator as? GivenValues, case .same(let text?) = given.values,
        let number = Int(String(decoding: text, as: UTF8.self)),
        let live = live[table.columns[column].name.name], live.mayDraw, let sequence = live.sequence
      else { continue }
      numbers.append((sequence, "SELECT \(number)::bigint AS number"))
    }
    return SequenceAdvance(numbers).statements
  }
}
