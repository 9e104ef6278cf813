public import TraceStore

/// What capacity data is to be like.
public struct CapacityOptions: Sendable {
  /// How many rows.
  public var rows: Int
  /// What distinguishes one data set from another.
  public var seed: Int
  /// How many clusters the vectors lie in.
  public var clusters: Int
  /// The expected cosine of a vector and its cluster's centre, above 0, at most 1.
  public var similarity: Double
  /// The model that the vectors are said to be of, so that search finds them: the one that it asks with.
  public var model: EmbeddingModel
  /// By which index they are found.
  public var index: TraceIndex
  /// How many connections load at once.
  public var streams: Int
  /// Whether `--all` selects the seeder.
  public var runsByDefault: Bool

  /// Makes options.
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

  /// All that decides the rows but for their number. Raise `generator` when the same options come to
  /// mean other rows.
  var specification: String {
    let rows = "generator 1, seed \(seed), \(clusters) clusters, similarity \(similarity)"
    return model == .local ? rows : "\(rows), model \(model.id) \(model.version)"
  }
}
