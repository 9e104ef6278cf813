import FoundationEssentials
import SeedKit

/// `seed-runner new NAME`: creates a declarative seeder to start from, or with `--swift` one in Swift.
struct NewCommand {
  let session: Session

  func run() throws -> ExitCode {
    let name = session.command.arguments[0]
    guard let id = SeederID(rawValue: name) else {
      throw CommandFailure(
        code: .usage, message: "'\(name)' is not a valid seeder id",
        fix: "use lowercase letters, digits and hyphens, such as 'price-lists'")
    }
    guard try session.registry()[id] == nil else {
      throw CommandFailure(
        code: .refused, errorCode: .duplicateSeeder,
        message: "the seeder '\(id)' already exists; nothing was written",
        fix: "choose another name")
    }
    let lines =
      session.command.has("swift")
      ? try SwiftScaffold(id: id, project: session.invocation.project.path).write() : try declarative(id)
    for line in lines { session.console.answer(line) }
    return .success
  }

  private func declarative(_ id: SeederID) throws -> [String] {
    let table = session.command.value(of: "table") ?? id.rawValue.split(separator: "-").joined(separator: "_")
    let path = session.command.value(of: "output") ?? "Seeders/\(id)"
    let folder = SeederFolder(path: path)
    try folder.checkAbsent()
    try folder.write([
      (
        DeclarativeSeeder.fileName,
        """
        // A declarative seeder. Comments are allowed here. Documentation/seeder.md of seed-runner lists all keys.
        {
          "id": "\(id)",
          "summary": "Rows of \(table)",
          "environments": ["dev", "test", "ci", "ci-local"],
          "tables": [
            {
              "table": "\(table)",
              "files": "\(id).csv",
              // The natural key: the columns that identify a row. The table needs a unique constraint on them.
              "key": "name",
            },
          ],
        }

        """
      ),
      ("\(id).csv", "name\n"),
    ])
    return [
      "wrote \(path)/\(DeclarativeSeeder.fileName) and \(path)/\(id).csv",
      "next: name the columns in the first line of \(id).csv, add records, and run: \(session.programName) plan \(id)",
    ]
  }
}
