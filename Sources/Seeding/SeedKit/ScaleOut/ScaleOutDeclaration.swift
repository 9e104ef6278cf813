/// Which tables of an application are distributed over the nodes of a Citus cluster, and how.
///
/// An application declares its tables in its command module. Anybody else writes a `scale-out.json`, whose reference
/// is `scale-out.schema.json` beside this file. Tables that are not declared stay on the coordinator.
public struct ScaleOutDeclaration: Sendable, Hashable {
  /// A table whose rows are spread over the nodes.
  public struct Distributed: Sendable, Hashable {
    let table: TableName
    let column: String
    let parent: TableName?

    /// Declares a table.
    ///
    /// - Parameters:
    ///   - table: the table, with its schema unless the search path finds it.
    ///   - column: the column by whose value rows are spread. Every unique key must contain it.
    ///   - parent: a table declared before, whose rows are kept on the same node as the rows with equal values of the
    ///     columns. Nil for a table of its own.
    public init(_ table: String, by column: String, with parent: String? = nil) {
      self.table = TableName(parsing: table)
      self.column = column
      self.parent = parent.map(TableName.init(parsing:))
    }
  }

  /// Small tables that every node has a copy of.
  let reference: [TableName]
  /// Large tables, parents first.
  let distributed: [Distributed]
  /// The number of shards of a table without a parent; nil for the server's `citus.shard_count`.
  let shardCount: Int?

  /// Declares the tables of an application.
  ///
  /// - Parameters:
  ///   - reference: small tables that every node has a copy of, in any order.
  ///   - distributed: large tables, parents first.
  ///   - shardCount: the number of shards of a table without a parent. The server's `citus.shard_count` by default.
  public init(reference: [String], distributed: [Distributed], shardCount: Int? = nil) {
    self.reference = reference.map(TableName.init(parsing:))
    self.distributed = distributed
    self.shardCount = shardCount
  }

  /// The tables, in the order of the declaration.
  var tables: [TableName] { reference + distributed.map(\.table) }

  /// The number of tables.
  package var tableCount: Int { tables.count }
}

extension TableName {
  /// Reads `schema.table` or `table`.
  init(parsing text: String) {
    let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
    self.init(schema: parts.count == 2 ? parts[0] : nil, name: parts.last ?? "")
  }
}

extension ScaleOutDeclaration {
  /// The name of the file in the project folder.
  public static let fileName = "scale-out.json"

  /// Reads a file; nil if it does not exist.
  ///
  /// - Throws: ``FixtureError`` with all faults.
  package static func read(file path: String) throws -> ScaleOutDeclaration? {
    let bytes: [UInt8]?
    do throws(RegularFile.Failure) {
      bytes = try RegularFile.read(path, sizeLimit: 1 << 20, purpose: "a declaration of tables")
    } catch {
      throw FixtureError([
        FixtureFault(.unreadableFile, file: path, found: error.found, expected: error.expected)
      ])
    }
    return try bytes.map { try read($0, path: path) }
  }

  /// Reads a `scale-out.json`.
  ///
  /// - Throws: ``FixtureError`` with all faults.
  public static func read(_ bytes: [UInt8], path: String) throws -> ScaleOutDeclaration {
    let root: JSONNode
    do {
      root = try JSONParser.parse(bytes, dialect: .json5)
    } catch let error as JSONParseError {
      throw FixtureError(error, file: path)
    }
    let faults = JSONFaults()
    let declaration = declaration(root, faults)
    guard let declaration, faults.list.isEmpty else {
      throw FixtureError(faults.list.map { FixtureFault($0, file: path, code: .invalidDefinition) })
    }
    return declaration
  }

  private static func declaration(_ node: JSONNode, _ faults: JSONFaults) -> ScaleOutDeclaration? {
    guard let object = JSONObjectReader(node, expected: "a declaration of tables", faults: faults) else {
      return nil
    }
    _ = object.take("$schema")
    let shards = shardCount(object)
    let reference = object.strings("reference", expected: tableRule, table)
    var distributed: [Distributed] = []
    if !object.isAbsent("distributed") {
      for element in object.array("distributed", expected: "an array of tables") ?? [] {
        guard let entry = self.distributed(element, after: distributed, faults) else { continue }
        distributed.append(entry)
      }
    }
    object.finish("an unknown key")
    let names = reference + distributed.map(\.table.description)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      object.fault("", found: "the table '\(twice)' twice", expected: "each table once")
    }
    if names.isEmpty {
      object.fault("", found: "no tables", expected: "tables under 'reference' or 'distributed'")
    }
    return ScaleOutDeclaration(reference: reference, distributed: distributed, shardCount: shards)
  }

  private static let tableRule = "a table: 'orders' or 'sales.orders'"

  private static func table(_ text: String) -> String? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count) && parts.allSatisfy { !$0.isEmpty } ? text : nil
  }

  private static func shardCount(_ object: JSONObjectReader) -> Int? {
    guard !object.isAbsent("shards"), let node = object.take("shards") else { return nil }
    if case .number(let text) = node.value, let number = Int(text), (1...64_000).contains(number) {
      return number
    }
    object.fault(
      "shards", at: node.position, found: node.foundDescription, expected: "a whole number from 1 to 64000")
    return nil
  }

  private static func distributed(
    _ node: JSONNode, after earlier: [Distributed], _ faults: JSONFaults
  ) -> Distributed? {
    guard let object = JSONObjectReader(node, expected: "a table", faults: faults) else { return nil }
    let name = object.string("table", expected: tableRule, table)
    let column = object.string("by", length: 1...63)
    let parent = object.isAbsent("with") ? nil : object.string("with", expected: tableRule, table)
    object.finish("an unknown key")
    if let parent, !earlier.contains(where: { $0.parent == nil && $0.table == TableName(parsing: parent) }) {
      object.fault(
        "with", found: "'\(parent)'", expected: "a table without 'with' that is listed before")
    }
    return name.map { Distributed($0, by: column, with: parent) }
  }
}
