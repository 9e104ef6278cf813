import Embeddings
import FoundationEssentials
import Postgres
import SeedCLI
import SeedKit
import TraceStore

/// `seed-runner worker`: runs the embedding worker until it is stopped. `status` and `retry` show and manage its
/// work.
struct WorkerCommand {
  let context: CommandContext

  func run() async throws -> ExitCode {
    switch context.path.dropFirst().first {
    case "status": try await status()
    case "retry": try await retry()
    default: try await work()
    }
  }

  private func provider() throws -> any EmbeddingProvider {
    do {
      return try EmbeddingProviders.make(context.settings, for: .worker)
    } catch let error as EmbeddingServiceError {
      throw CommandFailure(code: .badConfiguration, message: error.message, fix: error.fix)
    }
  }

  private func work() async throws -> ExitCode {
    let provider = try provider()
    let database = try await context.database()
    // Errors that a retry cannot fix are reported at once. The worker retries all others.
    do {
      try await PostgresConnection.with(database) { try await context.checkEnvironment(of: "worker", on: $0) }
    } catch  where RetryPolicy.isTransient(error) {}
    let worker = EmbeddingWorker(
      provider: provider, configuration: database,
      options: EmbeddingWorker.Options(context.settings),
      onEvent: { [context] event in context.progress("\(Text.time(Date()))  \(event)") })
    await worker.run()
    return .success
  }

  private struct Status: Encodable {
    struct Worker: Encodable {
      let name: String
      let model: String
      let startedAt: Date
      let counts: EmbeddingWorkerRecord.Counts
      let tracesPerSecond: Double
      let trouble: String?
    }

    let model: String
    let modelVersion: String
    let waiting: Int
    let leased: Int
    let pausing: Int
    let givenUpCount: Int
    let givenUp: [EmbeddingBacklog.GivenUp]
    let workers: [Worker]
    let totals: EmbeddingWorkerRecord.Counts
  }

  private func status() async throws -> ExitCode {
    let model = try provider().model
    let database = try await context.database()
    let (backlog, givenUp) = try await PostgresConnection.with(database) { connection in
      (
        try await EmbeddingBacklog.read(for: model, on: connection),
        try await EmbeddingBacklog.givenUp(for: model, limit: 100, on: connection)
      )
    }
    if context.isJSON {
      let workers = backlog.workers.map { worker in
        Status.Worker(
          name: worker.name, model: worker.model, startedAt: worker.startedAt, counts: worker.counts,
          tracesPerSecond: worker.rate, trouble: worker.trouble)
      }
      try context.answer(
        json: Status(
          model: model.id, modelVersion: model.version, waiting: backlog.waiting, leased: backlog.leased,
          pausing: backlog.pausing, givenUpCount: backlog.givenUp, givenUp: givenUp, workers: workers,
          totals: backlog.totals))
    } else {
      for line in lines(backlog, givenUp, model) { context.answer(line) }
    }
    return .success
  }

  private func lines(
    _ backlog: EmbeddingBacklog, _ givenUp: [EmbeddingBacklog.GivenUp], _ model: EmbeddingModel
  ) -> [String] {
    var lines = [
      "model \(model.id), version \(model.version)",
      "backlog: \(Text.count(backlog.waiting, "trace")), \(backlog.leased) leased, "
        + "\(backlog.pausing) waiting for a retry, \(backlog.givenUp) given up",
    ]
    let workers = backlog.workers.map { worker in
      [
        worker.name, Text.time(worker.startedAt), worker.model, "\(worker.counts.embedded)",
        "\(worker.rate)", worker.trouble ?? "-",
      ]
    }
    lines.append("")
    lines +=
      workers.isEmpty
      ? ["no worker is running"]
      : Text.table([["WORKER", "SINCE (UTC)", "MODEL", "EMBEDDED", "PER SECOND", "ERROR"]] + workers)
    guard !givenUp.isEmpty else { return lines }
    let rows = givenUp.map { trace in
      [trace.id.uuidString.lowercased(), Text.time(trace.since), "\(trace.attempts)", trace.reason]
    }
    lines.append("")
    lines += Text.table([["GIVEN UP", "SINCE (UTC)", "ATTEMPTS", "REASON"]] + rows)
    lines.append("'seed-runner worker retry' retries them.")
    return lines
  }

  private func retry() async throws -> ExitCode {
    let ids = try context.arguments.map { text in
      guard let id = UUID(uuidString: text) else {
        throw CommandFailure(
          code: .usage, message: "'\(text)' is not a trace ID",
          fix: "'seed-runner worker status' lists the IDs; without an ID, all are retried")
      }
      return id
    }
    let database = try await context.database()
    let count = try await PostgresConnection.with(database) { connection in
      try await EmbeddingBacklog.retry(ids.isEmpty ? nil : ids, on: connection)
    }
    if context.isJSON {
      try context.answer(json: ["retried": count])
    } else {
      context.answer("\(Text.count(count, "trace")) will be retried")
    }
    return .success
  }

  static let spec = CommandSpec(
    name: "worker", abstract: "Run the embedding worker",
    discussion: """
      Embeds new and changed traces until it is stopped. EMBEDDING_PROVIDER selects the embedding model. NOTIFY \
      wakes the worker; it also polls every EMBEDDING_POLL_INTERVAL seconds. Any number of workers on any \
      machines share the backlog. trace-server runs a worker unless EMBEDDING_WORKER is false.

      If the database or the embedding service is unavailable, the worker retries. After SIGINT or SIGTERM it \
      finishes its batch within 5 seconds or returns it.
      """,
    usage: ["[OPTIONS]", "status [OPTIONS]", "retry [TRACE...] [OPTIONS]"],
    options: OptionSpec.common,
    subcommands: [
      CommandSpec(
        name: "status", abstract: "Show the backlog, the workers and the traces that were given up",
        options: OptionSpec.common),
      CommandSpec(
        name: "retry", abstract: "Retry traces that were given up",
        options: OptionSpec.common,
        arguments: [
          ArgumentSpec(
            "TRACE", summary: "Trace IDs; without one, all traces that were given up", isRequired: false,
            isRepeating: true)
        ]),
    ],
    examples: [
      .init(
        summary: "Run a worker on the database of the trace service",
        line: "DATABASE_URL=... seed-runner worker"),
      .init(
        summary: "Use an embedding service on this machine",
        line: "EMBEDDING_PROVIDER=openai EMBEDDING_BASE_URL=http://127.0.0.1:8000/v1 seed-runner worker"),
    ])
}
