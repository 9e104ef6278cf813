/// A model by which texts became vectors. Only vectors of one model can be compared.
public struct EmbeddingModel: Hashable, Sendable {
  /// What `traces.embedding_model_id` says.
  public let id: String
  /// What `traces.embedding_model_version` says.
  public let version: String

  /// Names a model.
  public init(id: String, version: String) {
    self.id = id
    self.version = version
  }

  /// The model that needs no network: its vectors are made by the program itself.
  public static let local = EmbeddingModel(id: "local", version: "1")
}
