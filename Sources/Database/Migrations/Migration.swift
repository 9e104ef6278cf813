import Basics

/// One step of a schema, read from an SQL file with a section to apply it and a section to revert it.
///
/// ```sql
/// -- migrate:up
/// CREATE TABLE country (code text PRIMARY KEY);
///
/// -- migrate:down
/// DROP TABLE country;
/// ```
///
/// The file name has the version and the name: `0001_create_country.sql`. Add the line `-- migrate:no-transaction`
/// before the first section for statements that cannot run inside a transaction, such as `CREATE INDEX
/// CONCURRENTLY`. A crash can leave such a migration half applied, so its statements must be safe to run again.
///
/// Two more directives move statements to another set without touching databases that have them:
///
/// - `-- migrate:part-of SET VERSION`: if a database has that migration, this one is only recorded, not run.
/// - `-- migrate:checksum SHA256`: in the file the statements were taken from, this is the checksum that histories
///   have. The text of the file is then no longer checked, so a test has to pin it.
public struct Migration: Sendable, Hashable {
  /// The number that orders migrations, at least 0.
  public let version: Int
  /// The part of the file name after the number.
  public let name: String
  /// The file's name.
  public let file: String
  /// The statements that apply it.
  public let up: String
  /// The line of the file on which ``up`` starts.
  let upLine: Int
  /// The statements that revert it, or nil if it cannot be reverted.
  public let down: String?
  /// The line of the file on which ``down`` starts.
  let downLine: Int
  /// Whether each direction runs in one transaction.
  public let isTransactional: Bool
  /// SHA-256 of the file's text with Unix line endings, in hexadecimal, or the checksum that the file states.
  public let checksum: String
  /// The migration named by `part-of`. If it is applied, this one is only recorded.
  let origin: Origin?

  /// Identifies a migration of another set.
  struct Origin: Sendable, Hashable {
    let set: String
    let version: Int
  }

  /// Reads a file.
  ///
  /// - Throws: ``MigrationError`` with code `invalidFile`, which names every problem with its line.
  public static func parse(file: String, text: String) throws -> Migration {
    var faults: [String] = []
    let migration = parse(file: file, text: text, faults: &faults)
    guard let migration, faults.isEmpty else { throw MigrationError.invalidFiles(faults) }
    return migration
  }

  static func parse(file: String, text: String, faults: inout [String]) -> Migration? {
    let digits = file.prefix { $0.isASCII && $0.isNumber }
    let name = file.dropFirst(digits.count + 1).dropLast(4)
    let isNamed =
      file.hasPrefix("\(digits)_") && file.hasSuffix(".sql") && !name.isEmpty
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    guard isNamed, let version = Int(digits) else {
      faults.append(
        "\(file): invalid migration file name; expected a number, an underscore and a name, such as 0001_create_users.sql"
      )
      return nil
    }
    let normalised = text.replacing("\r\n", with: "\n")
    let sections = MigrationSections(file: file, text: normalised, faults: &faults)
    guard let up = sections.up else {
      faults.append("\(file): the section '-- migrate:up' is missing or empty")
      return nil
    }
    return Migration(
      version: version, name: String(name), file: file, up: up.text, upLine: up.line,
      down: sections.down?.text, downLine: sections.down?.line ?? 0,
      isTransactional: sections.isTransactional,
      checksum: sections.checksum ?? Digest.sha256Hex(Array(normalised.utf8)), origin: sections.origin)
  }
}

/// The sections of a migration's file.
struct MigrationSections {
  struct Section {
    var text: String
    let line: Int
  }

  private(set) var up: Section?
  private(set) var down: Section?
  private(set) var isTransactional = true
  private(set) var checksum: String?
  private(set) var origin: Migration.Origin?

  private enum Place { case head, up, down }

  init(file: String, text: String, faults: inout [String]) {
    var place = Place.head
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let number = index + 1
      guard let directive = Self.directive(line) else {
        append(line, to: place, file: file, number: number, faults: &faults)
        continue
      }
      if place == .head, readMove(directive) { continue }
      switch (directive, place) {
      case ("no-transaction", .head): isTransactional = false
      case ("up", .head) where up == nil:
        place = .up
        up = Section(text: "", line: number + 1)
      case ("down", .up):
        place = .down
        down = Section(text: "", line: number + 1)
      case ("no-transaction", _):
        faults.append("\(file):\(number): '-- migrate:no-transaction' must precede '-- migrate:up'")
      case ("up", _), ("down", _):
        faults.append("\(file):\(number): expected one section '-- migrate:up', then one '-- migrate:down'")
      default:
        faults.append(
          """
          \(file):\(number): unknown directive 'migrate:\(directive)'; expected up, down, no-transaction, \
          'checksum SHA256' or 'part-of SET VERSION' before 'up'
          """)
      }
    }
    if let section = up, SQLScript(section.text).statements.isEmpty { up = nil }
    if let section = down, SQLScript(section.text).statements.isEmpty {
      faults.append(
        "\(file):\(section.line - 1): the section '-- migrate:down' is empty; omit it if the migration cannot be reverted"
      )
    }
    guard isTransactional else { return }
    for section in [up, down].compactMap(\.self) {
      for statement in SQLScript(section.text).statements where statement.isTransactionControl {
        faults.append(
          """
          \(file):\(section.line + statement.line - 1): '\(statement.firstWord)' is not allowed: \
          the migration already runs in a transaction
          """)
      }
    }
  }

  /// Reads a directive that moves statements between sets; false if the line is not one.
  private mutating func readMove(_ directive: Substring) -> Bool {
    let words = directive.split(whereSeparator: \.isWhitespace)
    switch words.first {
    case "checksum":
      guard words.count == 2, words[1].wholeMatch(of: #/[0-9a-f]{64}/#) != nil else { return false }
      checksum = String(words[1])
    case "part-of":
      guard words.count == 3, let version = Int(words[2]) else { return false }
      origin = Migration.Origin(set: String(words[1]), version: version)
    default: return false
    }
    return true
  }

  /// The text after `-- migrate:`; nil if the line is not a directive.
  private static func directive(_ line: Substring) -> Substring? {
    let content = line.drop(while: \.isWhitespace)
    guard content.hasPrefix("--") else { return nil }
    let comment = content.dropFirst(2).drop(while: \.isWhitespace)
    guard comment.hasPrefix("migrate:") else { return nil }
    let words = comment.dropFirst(8).split(whereSeparator: \.isWhitespace)
    return words.count <= 1 ? words.first ?? "" : comment.dropFirst(8)
  }

  private mutating func append(
    _ line: Substring, to place: Place, file: String, number: Int, faults: inout [String]
  ) {
    switch place {
    case .up: up?.text += line + "\n"
    case .down: down?.text += line + "\n"
    case .head:
      let content = line.drop(while: \.isWhitespace)
      guard content.isEmpty || content.hasPrefix("--") else {
        faults.append("\(file):\(number): found a statement before '-- migrate:up'")
        return
      }
    }
  }
}

/// The migrations of one owner, in order of version.
///
/// Several owners can share a database, because each set has its own versions in the history.
public struct MigrationSet: Sendable {
  /// The owner's name, such as `shop`. It is the key in the history.
  public let name: String
  /// The migrations by version.
  public let migrations: [Migration]

  /// Reads a set.
  ///
  /// - Throws: ``MigrationError`` with code `invalidFile`, which names every problem of every file.
  public init(name: String, files: [(name: String, text: String)]) throws {
    var faults: [String] = []
    var migrations: [Migration] = []
    for file in files {
      guard let migration = Migration.parse(file: file.name, text: file.text, faults: &faults) else {
        continue
      }
      if let other = migrations.first(where: { $0.version == migration.version }) {
        faults.append("\(file.name): duplicate version \(migration.version), already used by \(other.file)")
      }
      migrations.append(migration)
    }
    guard faults.isEmpty else { throw MigrationError.invalidFiles(faults) }
    self.name = name
    self.migrations = migrations.sorted { $0.version < $1.version }
  }
}

extension MigrationSet {
  /// The tables that its migrations create, with the names written there.
  package var tables: [String] {
    migrations.flatMap { migration in
      SQLScript(migration.up).statements.compactMap { statement -> String? in
        let pattern = #/^CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([a-z_][a-z0-9_.]*)/#.ignoresCase()
        return statement.text.prefixMatch(of: pattern).map { String($0.output.1) }
      }
    }
  }
}
