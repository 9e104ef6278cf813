// swift-tools-version: 6.1
import PackageDescription

/// One folder under `Seeders/`, one target, one line in `Seeders/Catalog/Catalog.swift`. Kept
/// explicit: SwiftPM caches the manifest, so a scan of the folder would miss a new plug-in.
/// `CatalogTests` compares folder, manifest and catalog.
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

/// For what makes vectors by the thousand, which takes minutes in code that is not optimised.
let fastInDebug: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

func library(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = [],
  extra: [SwiftSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: settings + extra)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "seed-runner",
  products: [
    .executable(name: "seed-runner", targets: ["seed-runner"]),
    .executable(name: "trace-server", targets: ["trace-server"]),
    // A seeder has migrations, and a server says which database: both are part of what is written against.
    .library(name: "SeedKit", targets: ["Migrations", "Postgres", "SeedKit"]),
    // A command line of an application's own.
    .library(name: "SeedCLI", targets: ["SeedCLI"]),
    .library(name: "SeedTesting", targets: ["SeedTesting"]),
    .library(name: "TraceServer", targets: ["TraceServer"]),
  ],
  targets: [
    .systemLibrary(name: "CLibPQ", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CLibCrypto", providers: [.apt(["libssl-dev"])]),
    library("Threads", []),
    library("Postgres", ["CLibCrypto", "CLibPQ", "Threads"]),
    library("Migrations", ["CLibCrypto", "Postgres"]),
    .systemLibrary(name: "CLinux"),
    library("EmbeddedPostgres", ["CLibCrypto", "CLinux", "Postgres", "Threads"]),
    library(
      "SeedKit", ["CLibCrypto", "Migrations", "Postgres", "Threads"],
      exclude: ["Declarative/Definition/seeder.schema.json"]),
    .target(name: "CTraceSchema"),
    library("TraceStore", ["CTraceSchema", "Migrations", "Postgres", "SeedKit"], exclude: ["Schema"]),
    .target(name: "CWordLists"),
    // Not a system library: it is loaded when it is needed, so nothing links against it.
    .target(name: "CCurl"),
    library(
      "Embeddings", ["CCurl", "CWordLists", "Postgres", "SeedKit", "Threads", "TraceStore"],
      exclude: ["Words"],
      extra: fastInDebug),
    .target(name: "CSeederFiles", path: "Seeders/Catalog/Files"),
    library(
      "Catalog", ["CSeederFiles", "Embeddings", "SeedKit", "TraceStore"] + seeders.map { .target(name: $0) },
      path: "Seeders/Catalog", exclude: ["Files"]),
    .systemLibrary(name: "CMicroHTTPD", providers: [.apt(["libmicrohttpd-dev"])]),
    library("HTTPServer", ["CMicroHTTPD", "Threads"]),
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    library("RateLimiter", ["CHiredis", "CLibCrypto", "Postgres", "Threads"]),
    library(
      "SeedCLI", ["EmbeddedPostgres", "Migrations", "Postgres", "SeedKit", "Threads"]),
    library(
      "TraceCommands",
      ["Embeddings", "Migrations", "Postgres", "RateLimiter", "SeedCLI", "SeedKit", "TraceStore"]),
    library(
      "SeedTesting", ["CLinux", "EmbeddedPostgres", "Migrations", "Postgres", "SeedKit", "Threads"]),
    library("TraceTesting", ["SeedTesting"]),
    .target(name: "COpenAPI"),
    .target(name: "CPage"),
    library(
      "TraceServer",
      [
        "COpenAPI", "CPage", "Embeddings", "HTTPServer", "Migrations", "Postgres", "RateLimiter", "SeedKit",
        "Threads", "TraceStore",
      ],
      exclude: ["Page", "openapi.json"]),
    .executableTarget(
      name: "trace-server",
      dependencies: ["Catalog", "Embeddings", "SeedCLI", "TraceCommands", "TraceServer"],
      swiftSettings: settings),
    .executableTarget(
      name: "seed-runner", dependencies: ["Catalog", "SeedCLI", "TraceCommands"], swiftSettings: settings),
    library("Seeding", ["Migrations", "Postgres", "SeedKit"], path: "Examples/StartupSeeding/Seeding"),
    .executableTarget(
      name: "async-server-example", dependencies: ["SeedKit", "Seeding"],
      path: "Examples/StartupSeeding/AsyncServer", swiftSettings: settings),
    .executableTarget(
      name: "blocking-server-example", dependencies: ["SeedKit", "Seeding"],
      path: "Examples/StartupSeeding/BlockingServer", swiftSettings: settings),
    library("Bookshop", ["Migrations", "Postgres", "SeedCLI", "SeedKit"], path: "Examples/Bookshop/Shop"),
    .executableTarget(
      name: "bookshop-seeds", dependencies: ["Bookshop", "SeedCLI", "SeedKit"],
      path: "Examples/Bookshop/Seeds", swiftSettings: settings),
    .executableTarget(
      name: "bookshop-server", dependencies: ["Bookshop", "Postgres", "SeedKit"],
      path: "Examples/Bookshop/Server", swiftSettings: settings),
    .testTarget(
      name: "BookshopTests", dependencies: ["Bookshop", "SeedTesting"], path: "Examples/Bookshop/Tests",
      swiftSettings: settings),
    .executableTarget(
      name: "embed-texts",
      dependencies: ["Catalog", "CuratedTraces", "Embeddings", "Postgres", "SeedKit", "TraceStore"],
      path: "Benchmarks/retrieval/EmbedTexts", swiftSettings: settings),
    tests("PostgresTests", ["CLibPQ", "Postgres", "SeedTesting"]),
    tests("MigrationsTests", ["Migrations", "Postgres", "SeedTesting"]),
    tests("EmbeddedPostgresTests", ["EmbeddedPostgres", "Postgres"]),
    tests(
      "SeedKitTests", ["Migrations", "Postgres", "SeedKit", "SeedTesting", "Threads"],
      exclude: ["Definitions"]),
    tests("TraceStoreTests", ["Migrations", "Postgres", "SeedKit", "SeedTesting", "TraceStore"]),
    tests(
      "CatalogTests",
      ["Catalog", "Migrations", "Postgres", "SeedKit", "SeedTesting", "TraceStore"]
        + seeders.map { .target(name: $0) }, exclude: ["Definitions"]),
    tests(
      "EmbeddingsTests",
      [
        "Catalog", "CuratedTraces", "EmbeddedPostgres", "Embeddings", "HTTPServer", "Migrations", "Postgres",
        "SeedKit", "SeedTesting", "Threads", "TraceEmbeddings", "TraceStore", "seed-runner",
      ]),
    tests(
      "CapacityTracesTests",
      ["CapacityTraces", "Catalog", "Migrations", "Postgres", "SeedKit", "SeedTesting", "TraceStore"]),
    tests("RateLimiterTests", ["RateLimiter", "SeedTesting", "TraceTesting"]),
    tests("SeedCLITests", ["SeedCLI", "SeedKit", "SeedTesting"]),
    tests(
      "TraceCommandsTests", ["SeedCLI", "SeedKit", "SeedTesting", "TraceCommands"], exclude: ["Snapshots"]),
    tests("HTTPServerTests", ["HTTPServer", "Threads"]),
    tests(
      "TraceServerTests",
      [
        "Catalog", "EmbeddedPostgres", "Embeddings", "HTTPServer", "Migrations", "Postgres", "RateLimiter",
        "SeedKit", "SeedTesting", "Threads", "TraceServer", "TraceStore", "TraceTesting", "trace-server",
      ]),
    tests(
      "CLITests",
      [
        "Catalog", "EmbeddedPostgres", "Postgres", "SeedTesting", "Threads", "TraceTesting",
        "async-server-example", "blocking-server-example", "bookshop-seeds", "bookshop-server", "seed-runner",
      ], exclude: ["Reports", "Upgrade"]),
  ]
    + seeders.map { name in
      library(
        name,
        ["Migrations", "Postgres", "SeedKit", "TraceStore"]
          + (name == "TraceEmbeddings" ? ["Embeddings"] : []),
        path: "Seeders/\(name)",
        // What it works on is in the database.
        exclude: name == "TraceEmbeddings" ? [] : ["Fixtures"],
        extra: name == "CapacityTraces" ? fastInDebug : [])
    },
  swiftLanguageModes: [.v6]
)
