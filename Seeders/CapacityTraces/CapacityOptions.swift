public import TraceStore

/// The options of capacity data.
public struct CapacityOptions: Sendable {
  /// The number of rows.
  public var rows: Int
  /// Selects a data set.
  public var seed: Int
  /// The number of clusters of the vectors.
  public var clusters: Int
  /// The expected cosine of a vector and the center of its cluster, above 0, at most 1.
  public var similarity: Double
  /// The model that the rows name. Search only finds them if its queries use this model.
  public var model: EmbeddingModel
  /// The kind of index to build.
  public var index: TraceIndex
  /// The number of connections that load in parallel.
  public var streams: Int
  /// Whether `--all` selects the seeder.
  public var runsByDefault: Bool

  /// Creates options.
  public init(
    rows: Int, seed: Int, clusters: Int, similarity: Double, model: EmbeddingModel = .local,
    index: TraceIndex, streams: Int,
    runsByDefault: Bool
  ) {
    self.rows = rows
    self.seed = seed
    self.clusters = clusters
    self.similarity = similarity
    self.model = model
    self.index = index
    self.streams = streams
    self.runsByDefault = runsByDefault
  }
}
