// swift-tools-version: 6.1
import PackageDescription

/// The built-in seeders: each is a folder in `Seeders/`, a target, and a line in `Seeders/Catalog/Catalog.swift`.
/// Listed here, because SwiftPM caches the manifest, so a scan of the folder would miss a new seeder.
/// `CatalogTests` compares the three.
let seeders = ["CapacityTraces", "CuratedTraces", "SampleTraces", "Tags", "TraceEmbeddings", "Users"]

let settings: [SwiftSetting] = [
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
  .enableUpcomingFeature("ExistentialAny"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
  .enableUpcomingFeature("InternalImportsByDefault"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
  .enableUpcomingFeature("MemberImportVisibility"),
  // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// For targets that compute vectors by the thousand, which takes minutes in unoptimized code.
let fastInDebug: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The folders of `Sources`, from the bottom up. A target imports only targets of its own layer or below.
enum Layer: String {
  case database = "Database"
  case seeding = "Seeding"
  case traces = "Traces"

  func library(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], extra: [SwiftSetting] = []
  ) -> Target {
    .target(
      name: name, dependencies: dependencies, path: "Sources/\(rawValue)/\(name)", exclude: exclude,
      swiftSettings: settings + extra)
  }

  func systemLibrary(_ name: String, _ packages: String...) -> Target {
    .systemLibrary(
      name: name, path: "Sources/\(rawValue)/\(name)",
      providers: packages.isEmpty ? nil : [.apt(packages)])
  }
}

func library(
  _ name: String, _ dependencies: [Target.Dependency], path: String, exclude: [String] = [],
  extra: [SwiftSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: settings + extra)
}

func program(_ name: String, _ dependencies: [Target.Dependency], path: String) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: settings)
}

var products: [Product] = [
  // Seeders have migrations, and servers a database configuration, so both modules are part of the API.
  .library(name: "SeedKit", targets: ["Migrations", "Postgres", "SeedKit"]),
  // For applications with their own command line.
  .library(name: "SeedCLI", targets: ["SeedCLI"]),
  .library(name: "SeedTesting", targets: ["SeedTesting"]),
]

var targets: [Target] = [
  Layer.database.systemLibrary("CLibPQ", "libpq-dev"),
  Layer.database.systemLibrary("CLibCrypto", "libssl-dev"),
  Layer.database.systemLibrary("CLinux"),
  Layer.database.library("Threads", []),
  Layer.database.library("Basics", ["CLibCrypto", "CLinux", "Threads"]),
  Layer.database.library("Postgres", ["Basics", "CLibCrypto", "CLibPQ", "Threads"]),
  Layer.database.library("Migrations", ["Basics", "Postgres"]),
  Layer.database.library("EmbeddedPostgres", ["Basics", "CLinux", "Postgres", "Threads"]),

  Layer.seeding.systemLibrary("CBuild"),
  Layer.seeding.systemLibrary("CYaml", "libyaml-dev"),
  Layer.seeding.systemLibrary("CZlib", "zlib1g-dev"),
  Layer.seeding.systemLibrary("CZstd", "libzstd-dev"),
  Layer.seeding.library("SeedGenerators", [], extra: fastInDebug),
  Layer.seeding.library(
    "SeedKit",
    [
      "Basics", "CBuild", "CLinux", "CYaml", "CZlib", "CZstd", "Migrations", "Postgres", "SeedGenerators",
      "Threads",
    ],
    exclude: ["Declarative/Definition/seeder.schema.json", "ScaleOut/scale-out.schema.json"]),
  Layer.seeding.library(
    "SeedCLI", ["Basics", "EmbeddedPostgres", "Migrations", "Postgres", "SeedKit", "Threads"]),
  Layer.seeding.library(
    "SeedTesting", ["Basics", "CLinux", "EmbeddedPostgres", "Migrations", "Postgres", "SeedKit", "Threads"]),

  library("Seeding", ["Migrations", "Postgres", "SeedKit"], path: "Examples/StartupSeeding/Seeding"),
  program("async-server-example", ["SeedKit", "Seeding"], path: "Examples/StartupSeeding/AsyncServer"),
  program("blocking-server-example", ["SeedKit", "Seeding"], path: "Examples/StartupSeeding/BlockingServer"),
  library("Bookshop", ["Migrations", "Postgres", "SeedCLI", "SeedKit"], path: "Examples/Bookshop/Shop"),
  program("bookshop-seeds", ["Bookshop", "SeedCLI", "SeedKit"], path: "Examples/Bookshop/Seeds"),
  program("bookshop-server", ["Bookshop", "Postgres", "SeedKit"], path: "Examples/Bookshop/Server"),

  tests("PostgresTests", ["CLibPQ", "Postgres", "SeedTesting"]),
  tests("MigrationsTests", ["Migrations", "Postgres", "SeedTesting"]),
  tests("EmbeddedPostgresTests", ["Basics", "EmbeddedPostgres", "Postgres", "SeedTesting", "Threads"]),
  tests("SeedGeneratorsTests", ["SeedGenerators"], exclude: ["Snapshots"]),
  tests(
    "SeedKitTests", ["CZlib", "CZstd", "Migrations", "Postgres", "SeedKit", "SeedTesting", "Threads"],
    exclude: ["Definitions"]),
  tests("SeedCLITests", ["Basics", "SeedCLI", "SeedKit", "SeedTesting"]),
  tests(
    "BookshopTests", ["Bookshop", "Postgres", "SeedKit", "SeedTesting"], path: "Examples/Bookshop/Tests"),
]

// The application. Scripts/framework-alone builds a copy of the package without what is between these marks.
// begin of the application
products += [
  .executable(name: "seed-runner", targets: ["seed-runner"]),
  .executable(name: "trace-server", targets: ["trace-server"]),
  .library(name: "TraceServer", targets: ["TraceServer"]),
]

targets += [
  // Embeds the files that other modules leave out with `exclude`.
  .target(name: "CResources", path: "Sources/Resources"),
  Layer.traces.library(
    "TraceStore", ["Basics", "CResources", "Migrations", "Postgres", "SeedGenerators", "SeedKit"],
    exclude: ["Schema"]),
  Layer.traces.systemLibrary("CCurl", "libcurl4-openssl-dev"),
  Layer.traces.library(
    "Embeddings", ["CCurl", "Postgres", "SeedKit", "Threads", "TraceStore"],
    exclude: ["Words"], extra: fastInDebug),
  Layer.traces.systemLibrary("CMicroHTTPD", "libmicrohttpd-dev"),
  Layer.traces.library("HTTPServer", ["Basics", "CMicroHTTPD", "Threads"]),
  Layer.traces.systemLibrary("CHiredis", "libhiredis-dev"),
  Layer.traces.library("RateLimiter", ["Basics", "CHiredis", "CLibCrypto", "Threads"]),
  Layer.traces.library(
    "TraceCommands",
    ["Embeddings", "Migrations", "Postgres", "RateLimiter", "SeedCLI", "SeedKit", "TraceStore"]),
  Layer.traces.library("TraceTesting", ["SeedTesting", "Threads"]),
  Layer.traces.library(
    "TraceServer",
    [
      "Basics", "Embeddings", "HTTPServer", "Migrations", "Postgres", "RateLimiter", "SeedKit",
      "Threads", "TraceStore",
    ],
    exclude: ["Page", "openapi.json"]),

  library(
    "Catalog",
    ["Embeddings", "SeedKit", "TraceStore"] + seeders.map { .target(name: $0) },
    path: "Seeders/Catalog"),
  program(
    "trace-server", ["Catalog", "Embeddings", "SeedCLI", "TraceCommands", "TraceServer"],
    path: "Sources/trace-server"),
  program("seed-runner", ["Catalog", "SeedCLI", "TraceCommands"], path: "Sources/seed-runner"),
  program(
    "embed-texts", ["Catalog", "CuratedTraces", "Embeddings", "Postgres", "SeedKit", "TraceStore"],
    path: "Benchmarks/retrieval/EmbedTexts"),

  tests("TraceStoreTests", ["Basics", "Migrations", "Postgres", "SeedKit", "SeedTesting", "TraceStore"]),
  tests(
    "CatalogTests",
    ["Catalog", "Migrations", "Postgres", "SeedKit", "SeedTesting", "TraceStore"]
      + seeders.map { .target(name: $0) }, exclude: ["Definitions"]),
  tests(
    "EmbeddingsTests",
    [
      "Basics", "Catalog", "CuratedTraces", "EmbeddedPostgres", "Embeddings", "HTTPServer", "Migrations",
      "Postgres",
      "SeedKit", "SeedTesting", "Threads", "TraceEmbeddings", "TraceStore", "seed-runner",
    ]),
  tests(
    "CapacityTracesTests",
    [
      "CapacityTraces", "Catalog", "Migrations", "Postgres", "SeedKit", "SeedTesting",
      "TraceStore",
    ]),
  tests("RateLimiterTests", ["RateLimiter", "SeedTesting", "Threads", "TraceTesting"]),
  tests(
    "TraceCommandsTests",
    ["Catalog", "SeedCLI", "SeedGenerators", "SeedKit", "SeedTesting", "TraceCommands"],
    exclude: ["Snapshots"]),
  tests("HTTPServerTests", ["HTTPServer", "Threads"]),
  tests(
    "TraceServerTests",
    [
      "Basics", "Catalog", "EmbeddedPostgres", "Embeddings", "HTTPServer", "Migrations", "Postgres",
      "RateLimiter",
      "SeedKit", "SeedTesting", "Threads", "TraceServer", "TraceStore", "TraceTesting", "trace-server",
    ]),
  tests(
    "CLITests",
    [
      "Catalog", "EmbeddedPostgres", "Postgres", "SeedTesting", "Threads", "TraceTesting",
      "async-server-example", "blocking-server-example", "bookshop-seeds", "bookshop-server", "seed-runner",
    ], exclude: ["Reports", "ScaleOut", "Upgrade"]),
]

targets += seeders.map { name in
  library(
    name,
    ["Migrations", "Postgres", "SeedKit", "TraceStore"]
      + (name == "TraceEmbeddings" ? ["Embeddings"] : []),
    path: "Seeders/\(name)",
    // TraceEmbeddings reads its input from the database.
    exclude: name == "TraceEmbeddings" ? [] : ["Fixtures"])
}
// end of the application

let package = Package(
  name: "seed-runner", products: products, targets: targets, swiftLanguageModes: [.v6])
