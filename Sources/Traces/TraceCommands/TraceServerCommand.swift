import Embeddings
public import SeedCLI
import SeedKit
import TraceStore

/// The command line of `trace-server`, as a value.
public enum TraceServerCommand {
  /// The program; it has no subcommands.
  public static let spec = CommandSpec(
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
        .serverHost, valueName: "ADDRESS",
        summary: "The address to listen on; 0.0.0.0 or :: to be reached from elsewhere"),
      OptionSpec(.serverPort, summary: "The TCP port to listen on; 0: a free one"),
      OptionSpec("allow-production", summary: "Say that seeding production is meant"),
    ]
      + OptionSpec.common.filter { !["format", "log-format", "quiet"].contains($0.name) } + [.version],
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
