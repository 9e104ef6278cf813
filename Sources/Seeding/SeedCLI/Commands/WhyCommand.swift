import FoundationEssentials
import Postgres
import SeedKit

/// `seed-runner why TABLE KEY…`: shows which seeder, file, record and run wrote a row.
struct WhyCommand {
  let session: Session

  func run() async throws -> ExitCode {
    let table = session.command.arguments[0]
    let key = Array(session.command.arguments.dropFirst())
    let database = try await session.database()
    let (origins, absence, generators) = try await PostgresConnection.with(database.configuration) {
      connection in
      let origins = try await RowOrigin.find(table: table, key: key, on: connection)
      guard origins.isEmpty else { return (origins, String?.none, [(seeder: String, rowCount: Int)]()) }
      return (
        origins, try await RowOrigin.absence(table: table, key: key, on: connection),
        try await RowOrigin.generators(of: table, on: connection)
      )
    }
    if session.isJSON {
      try session.console.answer(json: origins)
      return origins.isEmpty ? .drift : .success
    }
    for origin in origins {
      for line in lines(of: origin) { session.console.answer(line) }
    }
    guard origins.isEmpty else { return .success }
    let row = "the row '\(key.joined(separator: ", "))' of \(table)"
    let others = generators.map { "\($0.seeder) generated \($0.rowCount) rows of it" }
    session.console.answer(
      absence
        ?? (others.isEmpty
          ? "no seeder wrote \(row)"
          : "no file describes \(row); \(others.joined(separator: ", ")), whose single rows are not recorded")
    )
    return .drift
  }

  private func lines(of origin: RowOrigin) -> [String] {
    guard !origin.isOfWholeTable else {
      return Text.table([
        ["row", "\(origin.table) '\(origin.key)'"],
        ["seeder", origin.seeder],
        [
          "from",
          "the files of the seeder, which owns the whole table; run 'plan \(origin.seeder)' to compare each row",
        ],
      ])
    }
    let state =
      switch origin.isAsWritten {
      case true?: "unchanged since it was written"
      case false?:
        "drifted: edited outside seed-runner; '\(session.programName) plan \(origin.seeder)' shows the columns"
      case nil: "deleted outside seed-runner"
      }
    let written = [
      origin.writtenAt.map { "\(Text.time($0)) UTC" },
      origin.runID.map { "run \($0.uuidString.lowercased())" },
      origin.environment, origin.programVersion.map { "\(session.programName) \($0)" },
    ]
    // The history has the run that wrote the row last. Which run inserted it is not recorded.
    let before = origin.isInserted ? [] : [["inserted", "outside seed-runner, so 'reset' keeps the row"]]
    return Text.table(
      [
        ["row", "\(origin.table) '\(origin.key)'"],
        ["seeder", origin.seeder],
        [
          "from",
          origin.file.map { file in file + (origin.record.map { ", record \($0)" } ?? "") } ?? "no file",
        ],
      ] + before + [
        ["written", written.compactMap(\.self).joined(separator: ", ")],
        ["now", state],
      ])
  }
}
