import Postgres
import SeedGenerators

/// A table whose rows are computed from their numbers. Every value is a pure function of the definition, the row's
/// number, and the rows of tables that the seeder does not generate.
final class GeneratedTable: Sendable {
  /// How the row that a foreign key refers to is chosen.
  struct Pick: Sendable {
    enum Target: Sendable {
      /// The table itself.
      case own
      case generated(GeneratedTable)
      /// Rows that existed before, with the number of columns of each.
      case existing(ExistingRows)
    }

    enum Method: Sendable {
      case random(Distribution)
      /// One of these rows.
      case among([Int], Distribution)
      /// One-to-one: row i refers to row i.
      case sameNumber
      /// The row that `rows: {"per": …}` names.
      case parent
      /// A member of a combination that no other row has.
      case combination(order: Int, member: Int)
      /// One-to-one with the table itself: the row before, in the same chunk. The first one refers to none, or to itself.
      case previous(block: Int, orSelf: Bool)
      /// An earlier row of the same chunk, which the same statement writes. The first one refers to none, or to itself.
      case earlier(block: Int, orSelf: Bool)
      /// The nearest earlier row of the same chunk with the same values in shared columns.
      case earlierSharing(block: Int, orSelf: Bool, columns: [(own: Int, target: Int)])
      /// A row of those with the same values in shared columns.
      case sharing(RowGroups, columns: [Int])
    }

    let target: Target
    let method: Method
    let random: CounterRandom
    let nullLimit: UInt64
    /// Another pick of the same table whose row must not be the same.
    var differsFrom: Int?
    var sorting: Sorting?

    /// Two picks of the same table whose keys a CHECK constraint requires in a certain order.
    struct Sorting: Sendable {
      let other: Int
      let isSmaller: Bool
      /// The column of the other table that is compared, by its number there.
      let column: Int
    }
  }

  /// Distinct combinations of several members.
  struct Order: Sendable {
    let sizes: [Int]
    /// The order of all rows; nil if combinations are distinct among the children of a parent.
    let whole: CompositeOrder?
    let key: UInt64
    /// For two references that share columns: the pairs of rows with the same values in them.
    var pairs: RowPairs?
    /// For the children of a parent whose reference shares columns with another one: the rows to choose from.
    var shared: (rows: RowGroups, columns: [Int])?

    /// Whether its values are numbers of rows, which already differ where they must.
    var isOfSharedRows: Bool { pairs != nil || shared != nil }
  }

  /// How a column is filled.
  enum Encoder: Sendable {
    case generator(GeneratedColumn, sources: [(position: Int, column: Int)])
    /// A member of a combination.
    case nth(any Generator, order: Int, member: Int)
    /// Consecutive numbers after the first one.
    case number(after: Int)
    /// The position among the children of a parent, from 1.
    case position
    /// A column of the row that a foreign key refers to, by its number in that table's columns.
    case reference(pick: Int, column: Int)
    /// NULL, until all tables of a cycle are filled.
    case later
  }

  struct Column: Sendable {
    let name: PostgresIdentifier
    let encoder: Encoder
    /// The name and version of the generator; empty without one.
    var generator = ""
    /// An earlier column whose value must differ, because of a CHECK constraint.
    var differsFrom: Int?
  }

  let live: LiveTable
  let rowCount: Int
  let columns: [Column]
  /// Columns that the server computes from the others.
  let computed: [BulkLoad.Computed]
  /// Values that templates read and that no column gets. Their numbers follow those of the columns.
  let variables: [Column]
  let picks: [Pick]
  let orders: [Order]
  let children: ChildIndex?
  /// Columns with a generator that reads no others, so that rows are written without a copy of the encoder.
  let independent: [IndependentColumn?]

  init(
    live: LiveTable, rowCount: Int, columns: [Column], computed: [BulkLoad.Computed] = [],
    variables: [Column] = [], picks: [Pick], orders: [Order], children: ChildIndex?
  ) {
    self.live = live
    self.rowCount = rowCount
    self.columns = columns
    self.computed = computed
    self.variables = variables
    self.picks = picks
    self.orders = orders
    self.children = children
    independent = columns.map(IndependentColumn.init)
  }

  /// The number of a column by its name.
  func column(_ name: String) -> Int? { columns.firstIndex { $0.name.isNamed(name) } }

  /// The number of the row that a foreign key of a row refers to; nil for NULL.
  func target(_ pick: Int, of row: Int) -> Int? {
    let own = unsortedTarget(pick, of: row)
    guard let sorting = picks[pick].sorting, let first = own,
      let second = unsortedTarget(sorting.other, of: row)
    else { return own }
    let isSmaller = picks[pick].key(sorting.column, of: first) < picks[pick].key(sorting.column, of: second)
    return isSmaller == sorting.isSmaller ? first : second
  }

  private func unsortedTarget(_ pick: Int, of row: Int) -> Int? {
    let pick = picks[pick]
    let random = pick.random.part(row: row)
    if pick.nullLimit > 0, random[1] < pick.nullLimit || pick.nullLimit == .max { return nil }
    let count: Int
    switch pick.target {
    case .own: count = rowCount
    case .generated(let table): count = table.rowCount
    case .existing(let rows): count = rows.count
    }
    switch pick.method {
    case .random(let distribution):
      let room = pick.differsFrom == nil ? count : count - 1
      return room <= 0 ? nil : other(pick, distribution.index(below: room, random), of: row)
    case .among(let rows, let distribution):
      return rows.isEmpty ? nil : rows[distribution.index(below: rows.count, random)]
    case .sameNumber: return row
    case .parent: return children?.parent(of: row).parent
    case .combination(let order, let member):
      let taken = pick.differsFrom.flatMap { unsortedTarget($0, of: row) }
      let index = combination(order, member, of: row, other: taken)
      return orders[order].isOfSharedRows ? index : other(pick, index, of: row)
    case .previous(let block, let orSelf):
      let isTaken = pick.differsFrom.flatMap({ unsortedTarget($0, of: row) }) == row - 1
      return row % block == 0 || isTaken ? (orSelf ? row : nil) : row - 1
    case .earlier(let block, let orSelf):
      let start = row - row % block
      guard let taken = pick.differsFrom.flatMap({ unsortedTarget($0, of: row) }), taken < row else {
        return row == start ? (orSelf ? row : nil) : start + random.below(row - start, at: 0)
      }
      guard row - start > 1 else { return nil }
      let other = start + random.below(row - start - 1, at: 0)
      return other < taken ? other : other + 1
    case .earlierSharing(let block, let orSelf, let columns):
      let wanted = values(columns.map(\.own), of: row)
      for other in (max(row - row % block, row - Self.searchedRows)..<row).reversed()
      where values(columns.map(\.target), of: other) == wanted {
        return other
      }
      return orSelf ? row : nil
    case .sharing(let groups, let columns):
      let taken = pick.differsFrom.flatMap { unsortedTarget($0, of: row) }
      return values(columns, of: row).flatMap { groups.row(of: $0, other: taken, random) }
    }
  }

  /// Skips the row that another reference has.
  private func other(_ pick: Pick, _ index: Int, of row: Int) -> Int {
    guard let taken = pick.differsFrom.flatMap({ unsortedTarget($0, of: row) }) else { return index }
    return index < taken ? index : index + 1
  }

  /// The number of earlier rows among which one with the same values is looked for.
  private static let searchedRows = 64

  /// The values of columns, each followed by 0xFF; nil if one is NULL.
  func values(_ columns: [Int], of row: Int) -> [UInt8]? {
    var key: [UInt8] = []
    for column in columns {
      guard append(column, of: row, to: &key) else { return nil }
      key.append(0xFF)
    }
    return key
  }

  /// - Parameter taken: the row that the member must not be, among rows that share values.
  private func combination(_ number: Int, _ member: Int, of row: Int, other taken: Int? = nil) -> Int {
    let order = orders[number]
    if let whole = order.whole {
      return order.pairs?.row(of: whole[row], member) ?? whole.value(whole[row], of: member)
    }
    guard let (parent, position) = children?.parent(of: row) else { return 0 }
    if let shared = order.shared, var rows = values(shared.columns, of: row).flatMap(shared.rows.rows) {
      if let taken { rows.removeAll { $0 == taken } }
      let own = CompositeOrder(sizes: [rows.count], key: CounterRandom.mix(order.key &+ UInt64(parent)))
      return rows[own[position]]
    }
    let own = CompositeOrder(sizes: order.sizes, key: CounterRandom.mix(order.key &+ UInt64(parent)))
    return own.value(own[position], of: member)
  }

  /// Columns whose templates read each other; nil if there are none.
  var loop: [String]? {
    let all = columns + variables
    var path: [Int] = []
    var done: Set<Int> = []
    func visit(_ column: Int) -> [String]? {
      if let start = path.firstIndex(of: column) { return path[start...].map { all[$0].name.name } }
      guard !done.contains(column), case .generator(_, let sources) = all[column].encoder else { return nil }
      path.append(column)
      for source in sources { if let loop = visit(source.column) { return loop } }
      path.removeLast()
      done.insert(column)
      return nil
    }
    for column in all.indices { if let loop = visit(column) { return loop } }
    return nil
  }

  /// Appends the value of a column in PostgreSQL's text format, without escapes of COPY.
  ///
  /// - Returns: false for NULL. Nothing is appended then.
  func append(_ column: Int, of row: Int, to text: inout [UInt8]) -> Bool {
    switch (column < columns.count ? columns[column] : variables[column - columns.count]).encoder {
    case .number(let last): text.append(contentsOf: String(last + row + 1).utf8)
    case .position:
      text.append(contentsOf: String((children?.parent(of: row).position ?? row) + 1).utf8)
    case .nth(let generator, let order, let member):
      generator.append(nth: combination(order, member, of: row), to: &text)
    case .reference(let pick, let column):
      guard let other = target(pick, of: row) else { return false }
      switch picks[pick].target {
      case .own: return append(column, of: other, to: &text)
      case .generated(let table): return table.append(column, of: other, to: &text)
      case .existing(let rows): return rows.append(column, of: other, to: &text)
      }
    case .later: return false
    case .generator(let generated, let sources):
      let others = others(sources, of: row)
      guard column < columns.count, let other = columns[column].differsFrom else {
        return generated.append(row: row, others: others, to: &text)
      }
      return append(generated, differentFrom: other, of: row, others, to: &text)
    }
    return true
  }

  /// Of the first values of a row's sequence of random values, that which differs from another column.
  private func append(
    _ generated: GeneratedColumn, differentFrom other: Int, of row: Int, _ others: RowValues?,
    to text: inout [UInt8]
  ) -> Bool {
    let start = text.count
    var taken: [UInt8] = []
    let isTaken = append(other, of: row, to: &taken)
    for attempt in 0..<64 {
      text.removeSubrange(start...)
      guard generated.append(row: row, attempt: attempt, others: others, to: &text) else { return false }
      if !isTaken || !text[start...].elementsEqual(taken) { return true }
    }
    // The server rejects equal values.
    return true
  }

  private func others(_ sources: [(position: Int, column: Int)], of row: Int) -> RowValues? {
    guard !sources.isEmpty else { return nil }
    let values = RowValues(columns: (sources.map(\.position).max() ?? 0) + 1)
    for source in sources {
      var value: [UInt8] = []
      if append(source.column, of: row, to: &value) { values.set(source.position, to: value) }
    }
    return values
  }
}
