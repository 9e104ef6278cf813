public import TraceStore

/// A text to be turned into a vector, and what it is for.
public enum EmbeddingText: Hashable, Sendable {
  /// What is kept and found: a title and what stands under it.
  case document(title: String, body: String)
  /// What somebody searches with.
  case query(String)

  /// The text as a whole, for a model that makes no difference.
  public var plain: String {
    switch self {
    case .document(let title, let body): "\(title)\n\n\(body)"
    case .query(let text): text
    }
  }
}

extension EmbeddingText {
  /// The text of a trace in the database.
  public init(_ trace: TraceVectors.Pending) {
    self = .document(title: trace.title, body: "\(trace.context)\n\n\(trace.solution)")
  }

  /// The text of a trace in a fixture.
  public init(_ trace: TraceRecord) {
    self = .document(title: trace.title, body: "\(trace.context)\n\n\(trace.solution)")
  }
}
