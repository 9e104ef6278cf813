public import FoundationEssentials
import Postgres
public import TraceStore

/// An event of a worker. Contains no text of a trace and no API key.
public enum EmbeddingWorkerEvent: Sendable {
  /// The worker started.
  case started(name: String, model: EmbeddingModel)
  /// Embeddings were stored. `stale` traces changed in the meantime and will be processed again.
  case stored(Int, stale: Int, took: Duration)
  /// A trace failed because of its own text and will be retried.
  case failed(UUID, attempt: Int, reason: String)
  /// A trace failed too often and will not be retried.
  case gaveUp(UUID, attempts: Int, reason: String)
  /// The provider failed and will be retried after the pause.
  case providerFailed(String, pause: Duration)
  /// The database failed and will be retried after the pause.
  case databaseFailed(String, pause: Duration)
  /// The database belongs to another environment. The worker writes nothing and checks again when it polls.
  case foreign(stamp: String, own: String)
  /// The database and the provider work again.
  case recovered
  /// The worker stopped.
  case stopped(EmbeddingWorkerRecord.Counts)
}

extension EmbeddingWorkerEvent: CustomStringConvertible {
  /// A log line.
  public var description: String {
    switch self {
    case .started(let name, let model):
      "embedding worker \(name) started with model '\(model.id)' (version \(model.version))"
    case .stored(let count, let stale, let duration):
      "embedded \(count) trace\(count == 1 ? "" : "s") in \(Int(duration.milliseconds)) ms"
        + (stale > 0 ? "; \(stale) had changed in the meantime" : "")
    case .failed(let id, let attempt, let reason):
      "trace \(id.uuidString.lowercased()) failed (attempt \(attempt)): \(Self.line(reason))"
    case .gaveUp(let id, let attempts, let reason):
      "gave up on trace \(id.uuidString.lowercased()) after \(attempts) attempt\(attempts == 1 ? "" : "s"): "
        + "\(Self.line(reason)); 'seed-runner worker retry' retries it"
    case .providerFailed(let reason, let pause):
      "embedding service unavailable: \(Self.line(reason)); retrying in \(Self.seconds(pause)) s"
    case .databaseFailed(let reason, let pause):
      "database unavailable: \(Self.line(reason)); retrying in \(Self.seconds(pause)) s"
    case .foreign(let stamp, let own):
      "the database belongs to the environment '\(stamp)', but this worker runs in '\(own)'; nothing is written"
    case .recovered: "recovered"
    case .stopped(let counts): "embedding worker stopped; traces embedded: \(counts.embedded)"
    }
  }

  private static func line(_ text: String) -> String { text.replacing("\n", with: " | ") }

  private static func seconds(_ duration: Duration) -> Double {
    (duration.milliseconds / 100).rounded() / 10
  }
}
