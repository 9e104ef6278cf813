import FoundationEssentials
import Postgres
import SeedKit

/// `seed-runner init`: creates the settings and the folder of seeders of a project.
struct InitCommand {
  let session: Session

  private struct Result: Encodable {
    let created: [String]
    let kept: [String]
    let changed: [String]
    let next: [NextSteps.Step]
  }

  private var root: String {
    let path = session.invocation.project.path
    return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  func run() async throws -> ExitCode {
    try checkPlace()
    let suggestions = try await ProjectTables(session: session).suggestions()
    let steps = try NextSteps(session: session).steps(for: suggestions)
    var files = NewFiles(root: root)
    // With --config-path, the settings are elsewhere.
    let settings = session.command.value(of: "config-path") == nil ? try settingsFiles : []
    var written = try files.write(settings + [.init(path: "Seeders", content: .folder)])
    let ignore = GitIgnore(folder: root)
    var changed: [String] = []
    if ignore.isNeeded {
      do {
        if try ignore.add() {
          written.append(.init(path: GitIgnore.fileName, isCreated: true))
        } else {
          changed.append(GitIgnore.fileName)
        }
      } catch {
        files.undo()
        throw CommandFailure(
          code: .usage, errorCode: .unusablePath,
          message: "\(shown(GitIgnore.fileName)) cannot be written; nothing was created",
          fix: "check its permissions")
      }
    }
    if case .unreachable(let problem) = suggestions {
      session.console.progress("note: \(ProjectTables.note(problem))")
    }
    try answer(written, changed: changed, steps)
    return .success
  }

  /// A project inside another one would hide the settings and the embedded database of the outer one.
  private func checkPlace() throws {
    let isNamed =
      session.command.value(of: "project-path") != nil
      || !(session.invocation.environment["SEED_PROJECT_PATH"] ?? "").isEmpty
    let outer = ProjectDirectory(explicit: nil, environment: [:]).path
    guard !isNamed, outer != root, FileManager.default.fileExists(atPath: "\(outer)/Config/default.json")
    else { return }
    throw CommandFailure(
      code: .refused, errorCode: .unusablePath,
      message: "this folder is in the project \(outer); nothing was written",
      fix: "run it in \(outer), or pass --project-path . to set up a project here")
  }

  private var settingsFiles: [NewFiles.File] {
    get throws {
      let program = session.invocation.program
      let seeders = """
          "seeders": {
            // false leaves out the built-in seeders, which are a demo application. --built-in adds them to one run.
            "builtIn": false,
          },

        """
      return [
        .init(
          path: "Config/default.json",
          content: .text(
            """
            // Settings for all environments. '\(program.name) config' explains every setting.
            // An environment can have its own file, such as dev.json or production.json, with the settings that differ.
            {
              // Lets editors complete and check the keys. '\(program.name) config --schema' prints the schema.
              "$schema": "./config.schema.json",
              "database": {
                // postgresql://user@host:port/database. The variable DATABASE_URL overrides it. Put passwords there.
                // null: the PG* variables, or else an embedded PostgreSQL in .seed-runner.
                "url": null,
              },
            \(program.hasDemoSeeders ? seeders : "")}

            """)),
        .init(
          path: "Config/config.schema.json",
          content: .text(try ConfigurationSchema.text(of: program.settings))),
      ]
    }
  }

  private func answer(
    _ written: [NewFiles.Outcome], changed: [String], _ steps: [NextSteps.Step]
  ) throws {
    let console = session.console
    guard !session.isJSON else {
      let paths = { (isCreated: Bool) in
        written.filter { $0.isCreated == isCreated }.map { shown($0.path) }
      }
      return try console.answer(
        json: Result(
          created: paths(true), kept: paths(false), changed: changed.map(shown), next: steps))
    }
    for file in written {
      console.answer("\(file.isCreated ? "created" : "kept") \(shown(file.path))")
    }
    for path in changed { console.answer("changed \(shown(path)): added .seed-runner/") }
    console.answer("")
    NextSteps(session: session).answer(steps)
  }

  /// The path relative to the working directory.
  private func shown(_ path: String) -> String {
    let current = FileManager.default.currentDirectoryPath
    if root == current { return path }
    return (root.hasPrefix(current + "/") ? String(root.dropFirst(current.count + 1)) : root) + "/" + path
  }
}
