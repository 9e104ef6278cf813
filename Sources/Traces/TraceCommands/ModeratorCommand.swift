import FoundationEssentials
import Postgres
import SeedCLI
import SeedKit
import TraceStore

/// `seed-runner moderator list|add|remove`: appoints the moderators of the trace service.
struct ModeratorCommand {
  let context: CommandContext

  func run() async throws -> ExitCode {
    switch context.path.last {
    case "add": try await change(true)
    case "remove": try await change(false)
    default: try await list()
    }
  }

  private func list() async throws -> ExitCode {
    let moderators = try await connected { try await Moderators.all(on: $0) }
    if context.isJSON {
      try context.answer(json: ListJSON(moderators: moderators.map(ModeratorJSON.init)))
    } else if moderators.isEmpty {
      context.answer("no moderators; 'seed-runner moderator add USER' appoints one")
    } else {
      let rows = moderators.map { user in
        [user.id.uuidString.lowercased(), Text.time(user.registeredAt), user.name]
      }
      for line in Text.table([["USER", "REGISTERED (UTC)", "NAME"]] + rows) { context.answer(line) }
    }
    return .success
  }

  private func change(_ isModerator: Bool) async throws -> ExitCode {
    let isProduction = context.settings[.environment] == .production
    guard !isProduction || context.has("allow-production") else {
      throw SeedGuardError.productionNotAllowed
    }
    let (user, isChanged) = try await connected { connection in
      try await change(isModerator, on: connection)
    }
    if context.isJSON {
      try context.answer(
        json: ChangeJSON(
          id: user.id.uuidString.lowercased(), name: user.name, isModerator: isModerator, isChanged: isChanged
        ))
    } else {
      let state =
        switch (isModerator, isChanged) {
        case (true, true): "is now a moderator"
        case (true, false): "is already a moderator"
        case (false, true): "is no longer a moderator"
        case (false, false): "is not a moderator; nothing was changed"
        }
      context.answer("\(user.shownName) \(state)")
    }
    return .success
  }

  /// Appoints the user of the command line, or withdraws that. Returns whether that changed anything.
  private func change(
    _ isModerator: Bool, on connection: PostgresConnection
  ) async throws -> (Moderators.User, Bool) {
    try await context.checkEnvironment(of: "command", on: connection)
    let user = try await find(context.arguments.first ?? "", on: connection)
    if isModerator { try check(user) }
    let isChanged = try await Moderators.appoint(user.id, isModerator, on: connection)
    // The user may have been banned in between.
    if isModerator, !isChanged { try check(try await find(user.id.uuidString, on: connection)) }
    return (user, isChanged)
  }

  /// - Throws: `CommandFailure` if there is no such user, or more than one.
  private func find(_ text: String, on connection: PostgresConnection) async throws -> Moderators.User {
    let mostListed = 5
    let found = try await Moderators.users(named: text, limit: mostListed + 1, on: connection)
    if found.count == 1 { return found[0] }
    if found.isEmpty {
      throw CommandFailure(
        code: .usage, errorCode: .unknownUser,
        message: "no user has the \(UUID(uuidString: text) == nil ? "name" : "ID") '\(text)'",
        fix: "use the user ID, which the response to the registration contains, or the exact name")
    }
    let ids = found.prefix(mostListed).map { $0.id.uuidString.lowercased() }
    let isMore = found.count > mostListed
    throw CommandFailure(
      code: .usage, errorCode: .unknownUser,
      message: "\(isMore ? "more than \(mostListed)" : "\(found.count)") users have the name '\(text)'",
      fix: "use the ID of one of them: \(ids.joined(separator: ", "))\(isMore ? ", …" : "")")
  }

  /// - Throws: `CommandFailure` if the user may not be a moderator.
  private func check(_ user: Moderators.User) throws {
    if user.isSeed {
      throw CommandFailure(
        code: .refused, errorCode: .userNotAppointed,
        message: "\(user.name) is a seeded user, which has no token",
        fix: "register a user with POST /api/v1/auth/register, and appoint that user")
    }
    if user.isBanned {
      let id = user.id.uuidString.lowercased()
      throw CommandFailure(
        code: .refused, errorCode: .userNotAppointed, message: "\(user.shownName) is banned",
        fix: "let a moderator lift the ban with DELETE /api/v1/users/\(id)/ban, or appoint another user")
    }
  }

  /// - Throws: `CommandFailure` if the database does not have the tables of the trace service.
  private func connected<Result: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    let database = try await context.database()
    do {
      return try await PostgresConnection.with(database, body)
    } catch let error as PostgresError
      where error.sqlState == .undefinedTable || error.sqlState == .undefinedColumn
    {
      throw CommandFailure(
        code: .databaseUnusable, errorCode: .schemaMismatch,
        message: "the database does not have the current tables of the trace service",
        fix: "run 'seed-runner migrate up', or name another database")
    }
  }
}

extension ModeratorCommand {
  private struct ModeratorJSON: Encodable {
    let id: String
    let name: String
    let registeredAt: Date

    init(_ user: Moderators.User) {
      id = user.id.uuidString.lowercased()
      name = user.name
      registeredAt = user.registeredAt
    }
  }

  private struct ListJSON: Encodable {
    let moderators: [ModeratorJSON]
  }

  private struct ChangeJSON: Encodable {
    let id: String
    let name: String
    let isModerator: Bool
    let isChanged: Bool
  }

  private static let production = OptionSpec(
    "allow-production", summary: "Allow changing the moderators of production")

  private static let user = ArgumentSpec(
    "USER", summary: "A user ID, or the name of a user if no other has it")

  static let spec = CommandSpec(
    name: "moderator", abstract: "Appoint the moderators of the trace service",
    discussion: """
      Moderators flag, restore and delete traces, and establish and ban users. trace-server accepts a change \
      within 10 seconds. Documentation/trust.md describes what moderators do.
      """,
    options: OptionSpec.common,
    subcommands: [
      CommandSpec(name: "list", abstract: "List the moderators", options: OptionSpec.common),
      CommandSpec(
        name: "add", abstract: "Make a user a moderator",
        discussion: "Seeded and banned users are refused.",
        options: [production] + OptionSpec.common, arguments: [user],
        examples: [
          .init(
            summary: "Appoint a user by the ID from the registration",
            line: "seed-runner moderator add b4a09a73-159a-4cc5-ac39-0e1ba4fa8022"),
          .init(summary: "Appoint a user by name", line: "seed-runner moderator add Ada"),
        ]),
      CommandSpec(
        name: "remove", abstract: "Make a moderator an ordinary user",
        options: [production] + OptionSpec.common, arguments: [user]),
    ],
    needsSubcommand: true)
}
