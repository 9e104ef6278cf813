import FoundationEssentials
import SeedTesting

/// Runs the commands of a page in one shell, in a folder and on a database of its own.
///
/// What differs from what a reader does: the programs of the tests are used, and `Scripts/seed` and `Scripts/serve`
/// build nothing. `swift run NAME` starts the program that the tests built. The URL in `DATABASE_URL=…` becomes that
/// of a test database, and port 8080 a free one.
struct PageRun {
  struct Result: Sendable {
    let exitCode: Int
    let output: String
  }

  let database: TemporaryDatabase
  let folder: String
  let port: Int

  private static let programs = URL(filePath: SeedRunnerBinary.path).deletingLastPathComponent().path
  private var work: String { "\(folder)/work" }

  init(database: TemporaryDatabase, folder: String) throws {
    self.database = database
    self.folder = folder
    port = Int(try FreePort.find())
    for name in ["work/Scripts/lib", "home", "bin", "output"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for name in ["seed", "serve", "lib/common.sh"] {
      try FileManager.default.copyItem(
        atPath: DocumentationPage.root.appending(path: "Scripts/\(name)").path,
        toPath: "\(work)/Scripts/\(name)")
    }
    try write("provide() { program=\(Self.programs)/$1; }\n", to: "work/Scripts/lib/build.sh")
    try write(
      """
      #!/bin/bash
      [[ $1 == run && $# == 2 ]] && exec "\(Self.programs)/$2"
      echo "only swift run NAME can be tried here" >&2
      exit 1

      """, to: "bin/swift", isExecutable: true)
  }

  private func write(_ text: String, to name: String, isExecutable: Bool = false) throws {
    let path = "\(folder)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: path))
    if isExecutable { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path) }
  }

  /// Runs the steps. Those that did not run, because the shell ended, have no result.
  func results(of steps: [DocumentationPage.Step]) async throws -> [Result] {
    try write(([Self.start] + steps.enumerated().map { text(of: $1, number: $0) }).joined(), to: "page.sh")
    var environment = [
      "PATH": "\(folder)/bin:\(Self.programs):/usr/bin:/bin", "HOME": "\(folder)/home", "LC_ALL": "C.UTF-8",
      "PAGE_DATABASE": database.name, "PAGE_URL": database.url, "PAGE_OUTPUT": "\(folder)/output",
      "DATABASE_URL": database.url, "PORT": "\(port)",
    ]
    // Where Scripts/setup puts PostgreSQL for a user who is not root.
    environment["XDG_DATA_HOME"] = SeedRunnerBinary.dataHome
    let shell = try ChildProcess.start(
      "/bin/bash", ["\(folder)/page.sh"], environment: environment, directory: work)
    let parts = try await shell.wait().output.split(
      separator: Self.separator, omittingEmptySubsequences: false)
    return stride(from: 0, to: parts.count - 1, by: 2).map { index in
      Result(exitCode: Int(parts[index + 1]) ?? -1, output: asShown(String(parts[index])))
    }
  }

  /// An output as the page shows it: with its port, database and folder.
  private func asShown(_ output: String) -> String {
    output.replacing(":\(port)", with: ":8080").replacing(database.name, with: "app").replacing(
      work, with: "/app")
  }

  private func text(of step: DocumentationPage.Step, number: Int) -> String {
    let command = step.command.replacing(":8080", with: ":\(port)")
      .replacing(/DATABASE_URL=postgresql:\/\/[^\/\s]*\/(?<name>\S+)/) {
        "DATABASE_URL=\"$(page_url \"\($0.name)\")\""
      }
    return switch step.kind {
    case .command: "\(command)\npage_end $?\n"
    case .script: "set -e\n\(command)\nset +e\npage_end 0\n"
    case .server(let ready):
      """
      : >"$PAGE_OUTPUT/\(number)"
      set -m
      { \(command)
      } >"$PAGE_OUTPUT/\(number)" 2>&1 &
      set +m
      page_await $! "$PAGE_OUTPUT/\(number)" '\(ready.replacing(":8080", with: ":\(port)"))'
      page_end $?

      """
    }
  }

  /// Separates the outputs from the exit codes, each of which is also the `$?` of the next command.
  private static let separator: Character = "\u{1E}"

  private static let start = #"""
    exec </dev/null 2>&1
    servers=()
    page_end() {
      printf '\x1e%s\x1e' "$1"
      return "$1"
    }
    # page_url NAME: shop and app are the page's database. Any other is beside it, and does not exist at first.
    page_url() {
      local name=$PAGE_DATABASE
      [[ $1 == shop || $1 == app ]] || name+=_$1
      printf '%s\n' "${PAGE_URL%%"/$PAGE_DATABASE?"*}/$name?${PAGE_URL#*"/$PAGE_DATABASE?"}"
    }
    # page_await ID FILE TEXT: prints what a server has printed, as soon as that contains the text.
    page_await() {
      local status=1 end=$((SECONDS + 240))
      servers+=("$1")
      while ((SECONDS < end)); do
        if grep -qF -- "$3" "$2"; then
          status=0
          break
        fi
        kill -0 "$1" || break
        sleep 0.1
      done
      cat -- "$2"
      return "$status"
    }
    page_finish() {
      local server
      for server in "${servers[@]}"; do kill -- "-$server" && wait "$server"; done
      [[ ! -d .seed-runner ]] || env -u DATABASE_URL seed-runner db destroy --yes
    }
    trap page_finish EXIT

    """#
}
