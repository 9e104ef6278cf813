import Postgres
public import SeedKit

/// A user in a fixture.
public struct UserRecord: Hashable, Sendable {
  /// The email address in lowercase: the natural key.
  public let email: String
  /// The public name.
  public let displayName: String
  /// Whether the user is a contributor of seeded traces, as opposed to a demo user.
  public let isSeed: Bool
  /// The location of the record.
  public let place: FixturePlace
}

/// Reads users from fixtures and writes them.
public enum UserImport {
  /// Reads fixtures: arrays of `{"email", "display_name"}`. An address must be unique across all files.
  ///
  /// - Throws: `FixtureError` with all errors in all files.
  public static func read(_ files: [FixtureFile], isSeed: Bool) throws -> [UserRecord] {
    try FixtureRecords.read(files, naturalKey: \.email) { record, place in
      let email = record.string("email", expected: "a lowercase email address") { email in
        EmailAddress.isAddress(email) && email == email.lowercased() ? email : nil
      }
      let name = record.string("display_name", length: 1...200)
      return email.map { UserRecord(email: $0, displayName: name, isSeed: isSeed, place: place) }
    }
  }

  /// Inserts and updates the users. Other users in the table remain unchanged.
  ///
  /// - Throws: `PostgresError`.
  public static func converge(_ users: [UserRecord], in context: SeedContext) async throws {
    let table = try ConvergeTable(
      "users",
      columns: [
        .init("id", "uuid", .id), .init("email", "text", .naturalKey),
        .init("display_name", "text"), .init("is_seed", "boolean"),
      ])
    try await context.converge(
      table,
      rows: users.map { user in
        [
          DeterministicID.make(table: "users", naturalKey: user.email), user.email, user.displayName,
          user.isSeed,
        ]
      }, places: users.map(\.place))
  }
}
