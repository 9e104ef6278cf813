import Embeddings
public import SeedCLI
import SeedKit
import TraceStore

/// The command line of `trace-server`.
public enum TraceServerCommand {
  /// The specification of the program, which has no subcommands.
  public static let spec = CommandSpec(
    name: "trace-server",
    abstract: "Serve the knowledge base over HTTP: search, contribute, confirm.",
    discussion: """
      Migrates the database, seeds it if AUTO_SEED_DATABASE is true, and then listens. GET /openapi.json \
      describes the API. 'seed-runner config' shows every setting, its value and where the value comes from.

      If no database is configured, an embedded PostgreSQL is started. It keeps its data in the .seed-runner \
      folder of the project.
      """,
    usage: ["[OPTIONS]"],
    options: [
      OptionSpec(
        .serverHost, valueName: "ADDRESS",
        summary: "Address to listen on; 0.0.0.0 or :: accepts connections from other machines"),
      OptionSpec(.serverPort, summary: "TCP port to listen on; 0 chooses a free one"),
      OptionSpec("allow-production", summary: "Allow seeding production"),
      .fixturesPath,
      OptionSpec(
        "check-health",
        summary:
          "Ask the running server for GET /health, and exit with 0 if the response is 200, otherwise with 1"),
    ]
      + OptionSpec.common.filter { !["format", "quiet"].contains($0.name) } + [.version],
    examples: [
      .init(
        summary: "Seed the embedded PostgreSQL and serve it", line: "AUTO_SEED_DATABASE=true trace-server")
    ],
    exitCodes: [
      .init(name: "1", meaning: "With --check-health: the server does not respond"),
      .init(name: "2", meaning: "Internal fault"),
      .init(name: "4", meaning: "The database is not usable"),
      .init(name: "64", meaning: "Wrong usage of the command line"),
      .init(name: "65", meaning: "Bad data"),
      .init(name: "78", meaning: "Bad configuration, such as a port that is in use"),
      .init(
        name: "130, 143", meaning: "Stopped by SIGINT or SIGTERM; requests in flight had up to 10 s to finish"
      ),
    ])
}
