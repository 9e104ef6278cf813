import FoundationEssentials
import Postgres
import SeedKit

/// The template databases of one name on a server. They are seeded once and copied for each job.
///
/// `NAME_FINGERPRINT` is complete: it was seeded, verified and renamed. It allows no connections, so it cannot change
/// and can always be copied. `NAME_FINGERPRINT_new_RANDOM` is being created, or is left over from a killed job.
struct TemplateDatabases: Sendable {
  /// The value of `--clone-from`.
  let prefix: String
  /// The job's database.
  let target: PostgresConfiguration
  /// How long to wait for another job to create the template.
  let lockTimeout: Duration

  /// The database for maintenance connections. No database is copied from it, so a connection does not block others.
  static let maintenanceName = "postgres"
  /// The longest prefix in bytes. A name has at most 63: the prefix, two underscores, the fingerprint, `new_` and
  /// eight digits.
  private static let prefixLimit = 32
  /// The number of fingerprint digits in a name.
  static let fingerprintLength = 16

  init(prefix: String, target: PostgresConfiguration, session: Session) throws {
    let allowed = prefix.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
    }
    guard allowed, !prefix.isEmpty, prefix.utf8.count <= Self.prefixLimit else {
      throw CommandFailure(
        code: .usage, message: "'\(prefix)' is not a valid name for templates",
        fix: "use up to \(Self.prefixLimit) lowercase letters, digits and underscores")
    }
    self.prefix = prefix
    self.target = target
    lockTimeout = session.settings[.lockTimeout]
  }

  /// The connection from which databases are created and dropped.
  var maintenance: PostgresConfiguration {
    var configuration = target
    configuration.database = Self.maintenanceName
    return configuration
  }

  /// The name of the complete template.
  func name(of fingerprint: Fingerprint) -> String {
    "\(prefix)_\(fingerprint.description.prefix(Self.fingerprintLength))"
  }

  /// A random name for a template that is being created.
  func newName(of fingerprint: Fingerprint) -> String {
    let number = String(UInt32.random(in: 0...UInt32.max), radix: 16)
    return "\(name(of: fingerprint))_new_" + String(repeating: "0", count: 8 - number.count) + number
  }

  func configuration(of name: String) -> PostgresConfiguration {
    var configuration = target
    configuration.database = name
    return configuration
  }

  /// A template on the server.
  struct Entry: Sendable, Encodable {
    let name: String
    let bytes: Int
    /// Whether it is complete. Otherwise it is being created, or is left over from a killed job.
    let isWhole: Bool
    let madeAt: String?
    let environment: String?
    let programVersion: String?
  }

  /// The description of a template, stored as the comment of the database.
  struct Label: Codable {
    let fingerprint: String
    let environment: String
    let programVersion: String
    let madeAt: String
  }

  /// The templates with this prefix, sorted by name.
  ///
  /// - Throws: `PostgresError`.
  func all(on connection: PostgresConnection) async throws -> [Entry] {
    let pattern = "^\(prefix)_[0-9a-f]{\(Self.fingerprintLength)}(_new_[0-9a-f]{8})?$"
    let rows = try await connection.query(
      """
      SELECT datname::text, datistemplate, shobj_description(oid, 'pg_database'),
        CASE WHEN pg_catalog.has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) ELSE 0 END
      FROM pg_database WHERE datname ~ \(pattern) ORDER BY datname
      """)
    return try rows.map { row in
      let (name, isTemplate, comment, size) = try row.decode(String.self, Bool.self, String?.self, Int.self)
      let label = comment.flatMap { try? JSONDecoder().decode(Label.self, from: Data($0.utf8)) }
      return Entry(
        name: name, bytes: size, isWhole: isTemplate && label != nil, madeAt: label?.madeAt,
        environment: label?.environment, programVersion: label?.programVersion)
    }
  }

  /// Checks that the role can create databases.
  ///
  /// - Throws: `CommandFailure` if it cannot.
  func checkRights(on connection: PostgresConnection) async throws {
    let (user, isAllowed) = try await connection.queryOne(
      "SELECT rolname::text, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    ).decode(String.self, Bool.self)
    guard isAllowed else {
      throw CommandFailure(
        code: .databaseUnusable, errorCode: .missingPrivilege,
        message: "the role '\(user)' cannot create databases, which --clone-from requires",
        fix: "have an administrator run: ALTER ROLE \(try PostgresIdentifier(user).quoted) CREATEDB")
    }
  }

  /// Whether an error says that the database exists already.
  static func isDuplicate(_ error: PostgresError) -> Bool {
    // Two concurrent CREATE DATABASE violate the unique index of the catalog instead.
    error.sqlState == SQLState(rawValue: "42P04") || error.sqlState == .uniqueViolation
  }
}
