import SeedCLI

extension WorkerCommand {
  static let spec = CommandSpec(
    name: "worker", abstract: "Give traces vectors as they come, until it is stopped",
    discussion: """
      Finds traces without a vector, makes vectors by EMBEDDING_PROVIDER and stores them. It hears of new \
      traces at once, and looks by itself every EMBEDDING_POLL_INTERVAL seconds. Any number of workers, on any \
      number of machines, share the work; trace-server has one inside unless EMBEDDING_WORKER is false.

      It waits for a database or a service that is away. SIGINT and SIGTERM let what is under way end, within \
      5 seconds.
      """,
    usage: ["[OPTIONS]", "status [OPTIONS]", "retry [TRACE...] [OPTIONS]"],
    options: OptionSpec.common,
    subcommands: [
      CommandSpec(
        name: "status", abstract: "Show the backlog, the workers, and the traces that were given up",
        options: OptionSpec.common),
      CommandSpec(
        name: "retry", abstract: "Have traces tried again that were given up",
        options: OptionSpec.common,
        arguments: [
          ArgumentSpec(
            "TRACE", summary: "Ids of traces; all without one", isRequired: false, isRepeating: true)
        ]),
    ],
    examples: [
      .init(summary: "On the database of the service", line: "DATABASE_URL=... seed-runner worker"),
      .init(
        summary: "By a model of your own machine",
        line: "EMBEDDING_PROVIDER=openai EMBEDDING_BASE_URL=http://127.0.0.1:8000/v1 seed-runner worker"),
    ])
}
