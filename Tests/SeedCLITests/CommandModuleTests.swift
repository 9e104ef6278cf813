import SeedKit
import SeedTesting
import Testing

@testable import SeedCLI

extension SettingKey where Value == Int {
  fileprivate static let shelves = SettingKey(
    "shop.shelves", variables: "SHOP_SHELVES", flag: "shelves", default: 12, in: 1...500,
    summary: "How many shelves the shop has")
}

extension SettingKey where Value == String {
  fileprivate static let district = SettingKey(
    "shop.district", variables: "SHOP_DISTRICT", flag: "district", default: "north",
    among: ["north", "south"], summary: "Where the shop is")
}

extension SettingKey where Value == Bool {
  fileprivate static let isOpen = SettingKey(
    "shop.isOpen", variables: "SHOP_OPEN", flag: "open", default: true, summary: "Whether the shop is open")
}

@Suite("A module of an application")
struct CommandModuleTests {
  private static let module = CommandModule(
    settings: [.init(.shelves), .init(.district), .init(.isOpen)],
    runOptions: [
      .init(OptionSpec(.shelves)), .init(OptionSpec(.district), isForCI: false),
      .init(OptionSpec(.isOpen, group: .run)),
    ],
    commands: [
      .init(
        CommandSpec(
          name: "restock", abstract: "Order what sells",
          options: [OptionSpec("limit", valueName: "N", range: 1...9, summary: "The most orders")]
            + OptionSpec.common,
          arguments: [ArgumentSpec("GENRE", summary: "Of which", isRequired: false)],
          examples: [.init(summary: "Novels", line: "seed-runner restock novels")]),
        run: { _ in .success })
    ],
    doctorChecks: [
      .init("tills", topic: "the tills", run: { _ in .ok("both open") }),
      .init(onConnection: "stock", topic: "the stock", run: { _, _ in .ok("full") }),
    ],
    verifications: [.init(topic: "counts the stock", run: { _ in [] })],
    examples: ["reset": [.init(summary: "Remove the books", line: "seed-runner reset books")]],
    connectionCounts: [.shelves])

  private func spec(_ modules: [CommandModule] = [module], name: String = "seed-runner") throws -> CommandSpec
  {
    try SeedRunnerCommand.spec(
      name: name, abstract: "Fill the shop.", seeders: [("books", "Books")], modules: modules)
  }

  private func help(_ path: String...) throws -> String {
    HelpFormatter(width: 100).text(for: path, in: try spec())
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  @Test("adds its options to the help of a run, derived from the settings")
  func options() throws {
    let help = try help()
    #expect(help.contains("--shelves N How many shelves the shop has [default: 12] [env: SHOP_SHELVES]"))
    #expect(help.contains("--district VALUE Where the shop is [default: north] [env: SHOP_DISTRICT]"))
    #expect(help.contains("--[no-]open Whether the shop is open [env: SHOP_OPEN]"))
  }

  @Test("adds options that are parsed and checked against the range of their settings")
  func parsing() throws {
    let parsed = try CommandLineParser.parse(["--all", "--shelves", "20", "--no-open"], command: spec())
    #expect(
      parsed.settingFlags([CommandModule]([Self.module]).allSettings) == ["shelves": "20", "open": "false"])
    let bounds = #expect(throws: UsageError.self) {
      try CommandLineParser.parse(["--all", "--shelves", "501"], command: spec())
    }
    #expect(bounds?.reason == .numberNotAllowed(option: "--shelves", value: "501", range: 1...500))
    #expect(throws: UsageError.self) {
      try CommandLineParser.parse(["--all", "--district", "east"], command: spec())
    }
  }

  @Test("adds its options to 'ci' unless it opts out")
  func ci() throws {
    for command in ["ci", "ci-local"] {
      let names = try #require(spec().command(at: [command])).options.map(\.name)
      #expect(names.contains("shelves"))
      #expect(!names.contains("district"))
    }
  }

  @Test("adds a command to parser, help and completions")
  func command() throws {
    let names = try spec().subcommands.map(\.name)
    #expect(Array(names.drop { $0 != "new" }.prefix(3)) == ["new", "restock", "doctor"])
    #expect(try help("restock").contains("--limit N The most orders"))
    let parsed = try CommandLineParser.parse(["restock", "novels", "--limit", "3"], command: spec())
    #expect(parsed.path == ["restock"])
    #expect(parsed.integer("limit") == 3)
    for shell in CompletionScript.Shell.allCases {
      #expect(CompletionScript(shell: shell).text(for: try spec()).contains("restock"))
    }
  }

  @Test("adds its topics and examples to the help of 'doctor' and 'verify'")
  func texts() throws {
    let doctor = try help("doctor")
    #expect(doctor.contains("migrations, the stock, disk space, clocks, connections, locks and the tills."))
    #expect(try help("verify").contains("as 'plan' does, counts the stock. Nothing is written."))
    #expect(try help("reset").contains("seed-runner reset books"))
  }

  @Test("adds its checks to the report: those with a connection before those without")
  func checks() {
    let names = DoctorCheckName.all([Self.module]).map(\.rawValue)
    #expect(Array(names.drop { $0 != "distribution" }.prefix(3)) == ["distribution", "stock", "disk-space"])
    #expect(names.last == "tills")
    #expect(Set(names).count == names.count)
    #expect(DoctorCheckName.needingConnection([Self.module]).contains(DoctorCheckName(rawValue: "stock")))
  }

  @Test(
    "has its settings between those of seeding and those of the embedded PostgreSQL, and in the manual page")
  func settings() throws {
    let keys = [Self.module].allSettings
    let settings = try Settings.load(flags: [:], environment: [:], configDirectory: nil, keys: keys)
    let page = ManualPage(settings: settings).text(for: try spec())
    for entry in settings.entries { #expect(page.contains(entry.variable)) }
    let names = settings.entries.map(\.name)
    #expect(
      Array(names.drop { $0 != "debug" }.prefix(5))
        == ["debug", "shop.shelves", "shop.district", "shop.isOpen", "embedded.binaries"])
  }

  @Test(
    "cannot declare a command or an option that already exists",
    arguments: [
      (
        CommandModule(commands: [.init(CommandSpec(name: "plan", abstract: ""), run: { _ in .success })]),
        "plan"
      ),
      (CommandModule(runOptions: [.init(OptionSpec(.jobs))]), "--jobs"),
      (Self.module, "restock"),
    ])
  func conflicts(module: CommandModule, name: String) {
    let error = #expect(throws: CommandFailure.self) { try spec([Self.module, module]) }
    #expect(error?.message.hasSuffix("'\(name)'") == true)
    #expect(error?.exitCode == .internalFault)
  }

  @Test("belongs to a program whose name appears in help, examples and manual page")
  func name() throws {
    let spec = try spec(name: "shop-seeds")
    let settings = try Settings.load(
      flags: [:], environment: [:], configDirectory: nil, keys: [Self.module].allSettings)
    let texts = spec.tree.map { HelpFormatter(width: 100).text(for: $0.path, in: spec) }
    #expect(texts.first?.hasPrefix("Fill the shop.") == true)
    for text in texts + [ManualPage(settings: settings).text(for: spec)] {
      let others = text.replacing(".seed-runner", with: "").replacing(".seed\\-runner", with: "")
      #expect(!others.contains("seed-runner"))
    }
  }

  @Test("determines the exit codes of its own errors")
  func exitCodes() {
    struct SoldOut: CommandError { let exitCode = ExitCode.drift }
    struct Other: Error {}
    #expect(ExitCode(SoldOut()) == .drift)
    #expect(ExitCode(CommandFailure(code: .refused, message: "closed")) == .refused)
    #expect(ExitCode(Other()) == .internalFault)
  }
}
