import SeedKit

/// The command line of `trace-server`, as a value.
enum TraceServerCommand {
  /// The program; it has no subcommands.
  static let spec = CommandSpec(
    name: "trace-server",
    abstract: "Serve the knowledge base over HTTP: search, contribute, confirm.",
    discussion: """
      It migrates the database, seeds it if AUTO_SEED_DATABASE is true, and listens. GET /openapi.json \
      describes what it answers; 'seed-runner config' shows every setting, its value and where it comes from.

      Without a database given, an embedded PostgreSQL starts by itself and keeps its data in the project's \
      .seed-runner folder.
      """,
    usage: ["[OPTIONS]"],
    options: [
      OptionSpec(
        name: "host", value: .required(valueName: "ADDRESS"),
        summary: "The address to listen on; 0.0.0.0 or :: to be reached from elsewhere", variable: "HOST",
        defaultText: "127.0.0.1"),
      OptionSpec(
        name: "port", value: .required(valueName: "N"), range: 0...65_535,
        summary: "The TCP port to listen on; 0: a free one", variable: "PORT", defaultText: "8080"),
      OptionSpec(name: "allow-production", summary: "Say that seeding production is meant"),
    ]
      + SeedRunnerCommand.Option.common(
        without: SeedRunnerCommand.Option.format, SeedRunnerCommand.Option.logFormat
      )
      .filter { $0.name != "quiet" } + [SeedRunnerCommand.Option.version],
    examples: [
      .init(
        summary: "A seeded service on the embedded PostgreSQL", line: "AUTO_SEED_DATABASE=true trace-server")
    ],
    exitCodes: [
      .init(name: "2", meaning: "Internal fault"),
      .init(name: "4", meaning: "The database is not usable"),
      .init(name: "64", meaning: "Wrong usage of the command line"),
      .init(name: "65", meaning: "Bad data"),
      .init(name: "78", meaning: "Bad configuration, such as a port that is taken"),
      .init(name: "130, 143", meaning: "Stopped by SIGINT or SIGTERM, what was in flight finished"),
    ])
}
