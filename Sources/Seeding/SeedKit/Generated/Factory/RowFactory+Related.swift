import Postgres
import SeedGenerators

extension RowFactory {
  /// Makes the rows that foreign keys need, and adds their keys to the given values.
  func addParents(
    of table: FactoryTable, count: Int, _ given: inout [String: FactoryTable.Given], in call: inout Call,
    on connection: PostgresConnection
  ) async throws {
    /// The positions in ``Call/related`` of the rows that earlier foreign keys of this table use.
    var used: [String: Set<Int>] = [:]
    let decided = Set(given.keys)
    defer { sortParents(of: table, decided, &given) }
    for link in table.links where !table.isOwn(link) {
      let values = link.columns.compactMap { given[$0]?.constant }
      guard values.count == link.columns.count else { continue }
      let row = Dictionary(zip(link.targetColumns, values), uniquingKeysWith: { first, _ in first })
      let place = call.place(of: row, in: link.target) ?? call.add(row, to: link.target)
      used[link.target, default: []].insert(place)
    }
    for (number, link) in table.links.enumerated() {
      guard let missing = table.columnsToFill(link, given) else { continue }
      let later = table.links.dropFirst(number + 1).compactMap { table.columnsToFill($0, given) }
        .flatMap(\.self)
      let isOwn = table.needsOwnParents(missing, later: Set(later).subtracting(missing), given)
      let parents = count > 1 && isOwn ? count : 1
      let wanted = zip(link.targetColumns, link.columns).compactMap { target, own in
        given[own]?.constant.map { (target, $0) }
      }
      let required = Dictionary(wanted, uniquingKeysWith: { first, _ in first })
      if !isOwn,
        let place = call.place(
          of: required, in: link.target, with: link.targetColumns, except: used[link.target])
      {
        used[link.target, default: []].insert(place)
        let row = call.related[link.target]?[place] ?? [:]
        for (own, target) in zip(link.columns, link.targetColumns) { given[own] = .same(row[target]) }
        continue
      }
      let parent = try await self.table(link.target, on: connection)
      if !isOwn, let row = try await existing(parent, with: required, on: connection) {
        used[link.target, default: []].insert(call.add(row, to: link.target))
        for (own, target) in zip(link.columns, link.targetColumns) { given[own] = .same(row[target]) }
        continue
      }
      guard !call.path.contains(link.target) else {
        throw fault(
          table.declaration, .unsupportedTable, at: missing.joined(separator: ", "),
          found:
            "the table \(table.live.name), whose foreign key '\(link.name)' is part of a cycle of required references",
          expected: "an override of the column, such as the key of a row that exists")
      }
      let rows = try await make(
        parent, count: parents, required.mapValues { .same($0) }, in: &call, on: connection)
      let texts = rows.map { row in Self.texts(of: row, parent.live) }
      if parents == 1, let row = texts.first {
        used[link.target, default: []].insert(call.add(row, to: link.target))
      }
      for (own, target) in zip(link.columns, link.targetColumns) where given[own] == nil {
        let values = texts.compactMap { $0[target] }
        given[own] = parents == 1 ? .same(values.first) : .each(values)
      }
    }
  }

  /// Swaps two rows whose keys a CHECK constraint requires in the other order, such as `user_low < user_high`.
  ///
  /// - Parameter decided: the columns that the caller decides.
  private func sortParents(
    of table: FactoryTable, _ decided: Set<String>, _ given: inout [String: FactoryTable.Given]
  ) {
    for link in table.links {
      for other in table.links where other.target == link.target && !table.isOwn(link) {
        guard let low = LiveTable.distinctColumn(of: link.ownByTarget, besides: other.ownByTarget),
          let high = LiveTable.distinctColumn(of: other.ownByTarget, besides: link.ownByTarget),
          table.live.sortedColumns(low).contains(where: { $0.other == high && $0.isSmaller }),
          decided.isDisjoint(with: [low, high]), let first = given[low], let second = given[high]
        else { continue }
        (given[low], given[high]) = FactoryTable.Given.sorted(first, second)
      }
    }
  }

  /// A row that overrides identify in part, such as by the id of the key (tenant, id). The key of a third table, such as
  /// the tenant alone, identifies none.
  private func existing(
    _ table: FactoryTable, with values: [String: [UInt8]], on connection: PostgresConnection
  ) async throws -> [String: [UInt8]]? {
    let linked = Set(table.live.foreignKeys.flatMap(\.columns))
    guard !Set(values.keys).isSubset(of: linked) else { return nil }
    var condition: PostgresQuery = "true"
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let column = table.live[name] else { continue }
      let text = String(decoding: value, as: UTF8.self)
      condition = "\(condition) AND live.\(column.name) = \(text)::text::\(unescaped: column.baseType)"
    }
    let rows = try await connection.query(
      "SELECT to_jsonb(live.*)::text FROM \(unescaped: table.live.quoted) AS live WHERE \(condition) LIMIT 2")
    guard rows.count == 1 else { return nil }
    return Self.texts(of: try JSONParser.parse(Array(try rows[0].decode(String.self).utf8)), table.live)
  }

  /// The values of a row as texts, without NULLs.
  private static func texts(of row: JSONNode, _ live: LiveTable) -> [String: [UInt8]] {
    guard case .object(let members) = row.value else { return [:] }
    var texts: [String: [UInt8]] = [:]
    for member in members where !member.value.isNull {
      guard let kind = live[member.key]?.kind, let text = JSONText.text(member.value, as: kind) else {
        continue
      }
      texts[member.key] = Array(text.utf8)
    }
    return texts
  }
}

extension RowFactory.Call {
  /// The position of a related row with some values.
  ///
  /// - Parameters:
  ///   - columns: the columns that must be known.
  ///   - taken: the positions of rows that do not count.
  func place(
    of values: [String: [UInt8]], in table: String, with columns: [String] = [], except taken: Set<Int>? = nil
  ) -> Int? {
    related[table]?.indices.first { place in
      guard let row = related[table]?[place], taken?.contains(place) != true else { return false }
      return values.allSatisfy { row[$0.key] == $0.value } && columns.allSatisfy { row[$0] != nil }
    }
  }

  /// Adds a related row and returns its position.
  mutating func add(_ row: [String: [UInt8]], to table: String) -> Int {
    related[table, default: []].append(row)
    return (related[table]?.count ?? 1) - 1
  }
}
