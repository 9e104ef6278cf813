public import FoundationEssentials
public import Postgres
import SeedKit

/// Finds an existing trace that says nearly the same as a contributed one.
///
/// It compares the texts of a few traces: the nearest by vector, and the most recent ones without an embedding, such as
/// one that was sent twice. These are traces that everybody finds, and all traces of the contributor, even provisional
/// and flagged ones. Nobody can see the provisional traces of others, so they do not block a contribution. Two traces that are contributed at the same moment are not compared.
///
/// Texts are compared as they look: see ``TextFolding``. A text in which many letters were exchanged for those of other
/// scripts has another vector, so it is only found among the most recent traces.
public struct DuplicateSearch: Sendable {
  /// The similarity of texts from which a contribution is a near-duplicate: half of all sequences of five words of the
  /// two texts are in both. Of the built-in traces, no two reach 0.1.
  public static let limit = 0.5
  /// The number of nearest traces to compare.
  private static let nearestCount = 10
  /// The number of most recent traces without an embedding to compare.
  private static let recentCount = 20

  private let draft: StoredTrace.Draft
  private let contributor: UUID
  private let excluded: UUID?
  private let nearest: RankedSearch?

  /// Creates a search.
  ///
  /// - Parameters:
  ///   - draft: the contributed trace.
  ///   - contributor: the user who contributes it.
  ///   - except: a trace that is not compared: the one that the draft replaces.
  ///   - vector: its vector as a document; nil if there is none, so that only recent traces are compared.
  ///   - model: the model of the vector.
  ///   - abilities: the search capabilities of the database.
  public init(
    _ draft: StoredTrace.Draft, by contributor: UUID, except id: UUID? = nil, vector: PostgresVector?,
    of model: EmbeddingModel, abilities: SearchAbilities
  ) {
    self.draft = draft
    self.contributor = contributor
    excluded = id
    nearest = vector.map { RankedSearch($0, of: model, abilities: abilities) }
  }

  /// Finds the most similar trace at or above ``limit``, in one round trip; nil if there is none.
  ///
  /// - Throws: `PostgresError`.
  public func run(on connection: PostgresConnection) async throws -> StoredTrace? {
    let isOwn: PostgresQuery = "contributor_id = \(contributor) AND \(TraceVisibility.hidden)"
    var queries = [recent(where: TraceVisibility.everybody), recent(where: isOwn)]
    if let nearest {
      let near: PostgresQuery = """
        (SELECT id FROM (\(nearest.nearest)) AS near ORDER BY distance LIMIT \(Int32(Self.nearestCount)))
        UNION ALL SELECT id FROM (\(nearest.oneByOne(Self.nearestCount, where: isOwn))) AS own
        """
      queries = nearest.settings + queries + [query("SELECT id FROM (\(near)) AS near")]
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
    // Settings have no rows.
    for row in results.joined() {
      let trace = try StoredTrace(row)
      if trace.id == excluded { continue }
      let similarity = NearDuplicates.similarity(
        own, Self.text(title: trace.title, context: trace.context, solution: trace.solution))
      if similarity >= max(Self.limit, best?.similarity ?? 0) { best = (trace, similarity) }
    }
    return best?.trace
  }

  private static func text(title: String, context: String, solution: String) -> String {
    TextFolding.words("\(title)\n\(context)\n\(solution)")
  }

  private func recent(where condition: PostgresQuery) -> PostgresQuery {
    query(
      """
      SELECT id FROM traces WHERE embedding IS NULL AND \(condition)
      ORDER BY created_at DESC LIMIT \(Int32(Self.recentCount))
      """)
  }

  /// The traces with the IDs. Texts of very different lengths are not near-duplicates, so they are not read.
  private func query(_ ids: PostgresQuery) -> PostgresQuery {
    let length = Int32(clamping: draft.context.utf8.count + draft.solution.utf8.count)
    return """
      SELECT \(StoredTrace.columns) FROM (\(ids)) AS others JOIN traces ON traces.id = others.id
      JOIN users ON users.id = contributor_id
      WHERE octet_length(context_text) + octet_length(solution_text) BETWEEN \(length) / 3 AND \(length) * 3
      """
  }
}
