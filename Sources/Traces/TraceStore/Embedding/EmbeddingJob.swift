public import FoundationEssentials
import Postgres

/// A trace whose vector somebody is making, alone for as long as the lease lasts.
public struct EmbeddingJob: Hashable, Sendable {
  /// The trace, as it was read after it was leased.
  public let trace: TraceVectors.Pending
  /// Which attempt this is, from 1.
  public let attempt: Int
  /// SHA-256 of the text.
  let digest: PostgresBytes

  /// The trace's id.
  public var id: UUID { trace.id }

  /// The digest of a trace's text, in SQL.
  static let digest: PostgresQuery = """
    sha256(convert_to(title || chr(31) || context_text || chr(31) || solution_text, 'UTF8'))
    """
}
