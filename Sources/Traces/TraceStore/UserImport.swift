import Postgres
public import SeedKit

/// A user of a fixture.
public struct UserRecord: Hashable, Sendable {
  /// The address, in lower case: the natural key.
  public let email: String
  /// The name shown to others.
  public let displayName: String
  /// Whether it is a contributor of seeded traces, as opposed to one who stands for a person.
  public let isSeed: Bool
  /// Where the record stands.
  public let place: FixturePlace
}

/// Reads users from fixtures and writes them.
public enum UserImport {
  /// Reads fixtures: arrays of `{"email", "display_name"}`. An address may occur once in all files.
  ///
  /// - Throws: `FixtureError` with all faults of all files.
  public static func read(_ files: [FixtureFile], isSeed: Bool) throws -> [UserRecord] {
    try FixtureRecords.read(files, naturalKey: \.email) { record, place in
      let email = record.string("email", expected: "a lowercase email address") { email in
        EmailAddress.isAddress(email) && email == email.lowercased() ? email : nil
      }
      let name = record.string("display_name", length: 1...200)
      return email.map { UserRecord(email: $0, displayName: name, isSeed: isSeed, place: place) }
    }
  }

  /// Makes the table equal to the users; others in it stay as they are.
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
