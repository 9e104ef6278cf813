import Embeddings
public import SeedCLI
import SeedKit
import TraceStore

extension CommandModule {
  /// The commands, options and checks that the trace service adds to `seed-runner`.
  public static let traces = CommandModule(
    settings: AnySettingKey.traceService, runOptions: runOptions,
    commands: [
      .init(WorkerCommand.spec, run: { try await WorkerCommand(context: $0).run() }),
      .init(CapacityCommand.spec, run: { try await CapacityCommand(context: $0).run() }),
      .init(ModeratorCommand.spec, run: { try await ModeratorCommand(context: $0).run() }),
    ],
    doctorChecks: SearchChecks.all + [ServiceChecks.redis, ServiceChecks.embedding],
    verifications: [
      .init(
        topic: "and checks references, vectors and the vector index",
        run: { connection in
          try await TraceVerification.run(on: connection).map {
            VerificationResult(name: $0.name, isPassed: $0.isPassed, found: $0.found)
          }
        })
    ],
    metrics: [
      { settings, connection in
        let model = try EmbeddingProviders.make(settings, for: .documents).model
        return try await EmbeddingBacklog.read(for: model, on: connection).metrics
      }
    ],
    examples: [
      "config": [.init(summary: "Show the settings of capacity data", line: "seed-runner config capacity")],
      "lint": [
        .init(
          summary: "Lint your own traces", line: "seed-runner lint curated-traces --fixtures-path traces/"
        )
      ],
      "reset": [
        .init(
          summary: "Remove the capacity data without asking", line: "seed-runner reset capacity-traces --yes"),
        .init(summary: "Remove the sample traces", line: "seed-runner reset sample-traces"),
      ],
    ],
    connectionCounts: [.capacityStreams], errorCodes: ErrorCode.traces, scaleOut: TraceSchema.scaleOut)

  private static let runOptions: [RunOption] = {
    let group = OptionGroup(title: "Capacity data")
    return [
      RunOption(
        OptionSpec(
          .embeddingWaits,
          summary: "Compute embeddings in the run; --no-wait leaves them to a worker",
          group: .run),
        isForCI: false),
      RunOption(
        OptionSpec(.capacitySeed, summary: "Seed of the generator", group: group)),
      RunOption(
        OptionSpec(.capacityClusters, summary: "Number of clusters of the vectors", group: group)),
      RunOption(
        OptionSpec(
          .capacitySimilarity,
          summary: "Expected cosine of a vector and the center of its cluster, 0.05 to 1",
          group: group)),
      RunOption(
        OptionSpec(
          .capacityIndex, valueName: "KIND", summary: "Type of the vector index", group: group)),
      RunOption(
        OptionSpec(.capacityStreams, summary: "Number of parallel connections", group: group)),
    ]
  }()
}
