import SeedKit
import SeedTesting
import Testing

// Settings of another module, declared with public API only.

extension SettingKey where Value == Int {
  fileprivate static let shelves = SettingKey(
    "shop.shelves", variables: "SHOP_SHELVES", flag: "shelves", default: 12, in: 1...500,
    summary: "How many shelves the shop has")
  fileprivate static let aisles = SettingKey(
    "shop.aisles", variables: "SHOP_AISLES", default: 3, in: 1...50, summary: "How many aisles it has")
}

extension SettingKey where Value == Bool? {
  fileprivate static let isOpen = SettingKey(
    "shop.isOpen", variables: "SHOP_OPEN", flag: "open", summary: "Whether it is open; unset: by the clock")
}

extension SettingKey where Value == String {
  fileprivate static let district = SettingKey(
    "shop.district", variables: "SHOP_DISTRICT", default: "north", expected: "a district of the town",
    summary: "Where it is",
    check: { (text) throws(SettingValueError) in
      guard ["north", "south"].contains(text) else { throw SettingValueError(suggestion: "south") }
    })
}

@Suite("A setting declared by another module")
struct ForeignSettingTests {
  private let keys =
    AnySettingKey.seeding + [.init(.shelves), .init(.isOpen), .init(.district)]
    + AnySettingKey.embeddedPostgres

  private func load(
    flags: [String: String] = [:], variables: [String: String] = [:], folder: TemporaryFolder? = nil
  ) throws -> Settings {
    try Settings.load(flags: flags, environment: variables, configDirectory: folder?.path, keys: keys)
  }

  @Test("has a default, a file key, a variable and a flag, in this order of precedence")
  func sources() async throws {
    try await TemporaryFolder.with { folder in
      #expect(try load(folder: folder)[.shelves] == 12)
      try folder.write("{shop: {shelves: 20, isOpen: false}}", to: "default.json")
      #expect(try load(folder: folder)[.shelves] == 20)
      #expect(try load(folder: folder)[.isOpen] == false)
      let variables = ["SHOP_SHELVES": "30"]
      #expect(try load(variables: variables, folder: folder)[.shelves] == 30)
      let settings = try load(flags: ["shelves": "40"], variables: variables, folder: folder)
      #expect(settings[.shelves] == 40)
      #expect(settings.source(of: .shelves) == .flag("shelves"))
    }
  }

  @Test("is listed with its summary")
  func entry() throws {
    let entries = try load().entries
    #expect(entries.count == keys.count)
    let entry = try #require(entries.first { $0.name == "shop.shelves" })
    #expect(entry.variable == "SHOP_SHELVES")
    #expect(entry.flag == "shelves")
    #expect(entry.expected == "a whole number from 1 to 500")
    #expect(entry.defaultValue == "12")
    #expect(entries.firstIndex(of: entry) == AnySettingKey.seeding.count)
  }

  @Test("is rejected with its own reason, and suggested for mistyped names")
  func faults() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("{shop: {shelfs: 1}}", to: "default.json")
      let error = #expect(throws: ConfigurationError.self) {
        try load(
          flags: ["shelves": "0"], variables: ["SHOP_DISTRICT": "suoth", "SHOP_OPEN": "x"], folder: folder)
      }
      let faults = error?.faults.map(\.description) ?? []
      #expect(faults.count == 4)
      #expect(faults.first?.hasSuffix("Did you mean 'shop.shelves'?") == true)
      #expect(faults.contains("SHOP_OPEN: shop.isOpen: found 'x'; expected true or false"))
      #expect(
        faults.contains(
          "SHOP_DISTRICT: shop.district: found 'suoth'; expected a district of the town. Did you mean 'south'?"
        ))
      #expect(
        faults.contains("--shelves: shop.shelves: found '0'; expected a whole number from 1 to 500"))
    }
  }

  @Test("is in the schema of the files")
  func schema() throws {
    let schema = try ConfigurationSchema.text(of: keys)
    #expect(schema.contains("How many shelves the shop has"))
    #expect(schema.contains("SHOP_SHELVES, --shelves"))
    #expect(!schema.contains("How many aisles it has"))
  }

  @Test("is unknown to a program that does not list it")
  func unlisted() async throws {
    try await TemporaryFolder.with { folder in
      try folder.write("{shop: {aisles: 1}}", to: "default.json")
      let error = #expect(throws: ConfigurationError.self) { try load(folder: folder) }
      #expect(error?.description.contains("shop.aisles: found an unknown key") == true)
    }
  }

  @Test(
    "cannot share a name, a variable or a flag with another; the error names both",
    arguments: [
      (
        SettingKey(
          "shop.jobs", variables: "SHOP_JOBS", flag: "jobs", default: 1, in: 1...2, summary: "Jobs"),
        "the settings 'seed.jobs' and 'shop.jobs' are both declared with '--jobs'"
      ),
      (
        SettingKey("shop.jobs", variables: "SEED_JOBS", default: 1, in: 1...2, summary: "Jobs"),
        "the settings 'seed.jobs' and 'shop.jobs' are both declared with 'SEED_JOBS'"
      ),
      (
        SettingKey("seed.jobs", variables: "SHOP_JOBS", default: 1, in: 1...2, summary: "Jobs"),
        "the setting 'seed.jobs' is declared twice"
      ),
      (
        SettingKey("seed", variables: "SHOP_SEED", default: 1, in: 1...2, summary: "Jobs"),
        "the settings 'seed' and 'seed.jobs' are both declared with 'seed'"
      ),
    ])
  func conflicts(key: SettingKey<Int>, message: String) {
    let error = #expect(throws: SettingConflictError.self) {
      try Settings.load(
        flags: [:], environment: [:], configDirectory: nil, keys: AnySettingKey.framework + [.init(key)])
    }
    #expect(error?.description == message)
  }
}
