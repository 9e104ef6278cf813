public import FoundationEssentials
import Postgres
public import TraceStore

/// Something that a worker tells. No text of a trace and no key is in it.
public enum EmbeddingWorkerEvent: Sendable {
  /// It works from now on.
  case started(name: String, model: EmbeddingModel)
  /// Traces got vectors; those that had changed meanwhile come again.
  case stored(Int, stale: Int, took: Duration)
  /// A trace failed by itself and is tried again later.
  case failed(UUID, attempt: Int, reason: String)
  /// A trace failed too often.
  case gaveUp(UUID, attempts: Int, reason: String)
  /// The provider gives no vectors; it is asked again after the pause.
  case providerFailed(String, pause: Duration)
  /// The database does not do what it should; it is tried again after the pause.
  case databaseFailed(String, pause: Duration)
  /// What failed works again.
  case recovered
  /// It has stopped.
  case stopped(EmbeddingWorkerRecord.Counts)
}

extension EmbeddingWorkerEvent: CustomStringConvertible {
  /// A line.
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
    case .recovered: "recovered"
    case .stopped(let counts): "embedding worker stopped; traces embedded: \(counts.embedded)"
    }
  }

  private static func line(_ text: String) -> String { text.replacing("\n", with: " | ") }

  private static func seconds(_ duration: Duration) -> Double {
    (duration.milliseconds / 100).rounded() / 10
  }
}
