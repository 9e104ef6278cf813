public import FoundationEssentials
public import Postgres
import SeedKit

/// Finds an existing trace that says nearly the same as a contributed one.
///
/// It compares the texts of a few traces: the nearest by vector, and those without an embedding among the most recent
/// ones, such as one that was sent twice. Two traces that are contributed at the same moment are not compared.
public struct DuplicateSearch: Sendable {
  /// The similarity of texts from which a contribution is a near-duplicate: half of all sequences of five words of the
  /// two texts are in both. Of the built-in traces, no two reach 0.1.
  public static let limit = 0.5
  /// The number of nearest traces to compare.
  private static let nearestCount = 10
  /// The number of most recent traces, of which those without an embedding are compared.
  private static let recentCount = 20

  private let draft: StoredTrace.Draft
  private let excluded: UUID?
  private let nearest: RankedSearch?

  /// Creates a search.
  ///
  /// - Parameters:
  ///   - draft: the contributed trace.
  ///   - except: a trace that is not compared: the one that the draft replaces.
  ///   - vector: its vector as a document; nil if there is none, so that only recent traces are compared.
  ///   - model: the model of the vector.
  ///   - abilities: the search capabilities of the database.
  public init(
    _ draft: StoredTrace.Draft, except id: UUID? = nil, vector: PostgresVector?, of model: EmbeddingModel,
    abilities: SearchAbilities
  ) {
    self.draft = draft
    excluded = id
    nearest = vector.map { RankedSearch($0, of: model, abilities: abilities, includesProvisional: true) }
  }

  /// Finds the most similar trace at or above ``limit``, in one round trip; nil if there is none.
  ///
  /// - Throws: `PostgresError`.
  public func run(on connection: PostgresConnection) async throws -> StoredTrace? {
    var queries: [PostgresQuery] = [recent]
    if let nearest {
      queries +=
        nearest.settings + [
          query(
            "SELECT id FROM (\(nearest.nearest)) AS near ORDER BY distance LIMIT \(Int32(Self.nearestCount))")
        ]
    }
    let results: [PostgresRows]
    do {
      results = try await connection.pipeline(["BEGIN READ ONLY"] + queries + ["COMMIT"])
    } catch {
      if await !connection.isIdle { _ = try? await connection.query("ROLLBACK") }
      throw error
    }
    let own = Self.text(title: draft.title, context: draft.context, solution: draft.solution)
    var best: (trace: StoredTrace, similarity: Double)?
    for row in [results[1], results[results.count - 2]].flatMap({ Array($0) }) {
      let trace = try StoredTrace(row)
      if trace.id == excluded { continue }
      let similarity = NearDuplicates.similarity(
        own, Self.text(title: trace.title, context: trace.context, solution: trace.solution))
      if similarity >= max(Self.limit, best?.similarity ?? 0) { best = (trace, similarity) }
    }
    return best?.trace
  }

  private static func text(title: String, context: String, solution: String) -> String {
    "\(title)\n\(context)\n\(solution)"
  }

  private var recent: PostgresQuery {
    query(
      """
      SELECT id FROM (
        SELECT id, embedding IS NULL AS is_new FROM traces ORDER BY created_at DESC LIMIT \(Int32(Self.recentCount))
      ) AS recent WHERE is_new
      """)
  }

  /// The traces with the IDs. Texts of very different lengths are not near-duplicates, so they are not read.
  private func query(_ ids: PostgresQuery) -> PostgresQuery {
    let length = Int32(clamping: draft.context.utf8.count + draft.solution.utf8.count)
    return """
      SELECT \(StoredTrace.columns) FROM (\(ids)) AS others JOIN traces ON traces.id = others.id
      JOIN users ON users.id = contributor_id
      WHERE NOT is_flagged AND octet_length(context_text) + octet_length(solution_text) BETWEEN \(length) / 3 AND \(length) * 3
      """
  }
}
