public import TraceStore

/// A text to embed, and its role.
public enum EmbeddingText: Hashable, Sendable {
  /// A text to be found: a title and a body.
  case document(title: String, body: String)
  /// A search query.
  case query(String)

  /// The whole text, for a model that treats documents and queries alike.
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
