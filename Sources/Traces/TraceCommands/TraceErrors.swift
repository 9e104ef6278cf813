public import Embeddings
public import SeedCLI
public import SeedKit
public import TraceStore

extension ErrorCode {
  /// The codes of the knowledge base.
  static let traces = [
    embeddingService, embeddingVector, missingContributor, titleTaken, nothingToSearch, serverDown,
    unknownUser, userNotAppointed,
  ]

  /// The embedding service does not work.
  static let embeddingService = ErrorCode(
    "SR-601", "embedding service unavailable",
    cause:
      "The embedding service does not respond, rejects the key or the model, or returned an invalid response.",
    fix: """
      Check EMBEDDING_PROVIDER, EMBEDDING_URL, EMBEDDING_MODEL and the API key. 'seed-runner doctor' sends one \
      request to the service.
      """)
  /// The embedding model returned unusable vectors.
  static let embeddingVector = ErrorCode(
    "SR-602", "invalid embedding",
    cause:
      "The embedding model returned a wrong number of vectors, or vectors of other dimensions. Nothing was stored.",
    fix: "Use an embedding model with the dimensions of the column, and check EMBEDDING_MODEL.")
  /// The contributor of the traces is missing.
  static let missingContributor = ErrorCode(
    "SR-603", "missing contributor",
    cause: "The user to whom the traces belong is not in the table users.",
    fix: "Run 'seed-runner --users' first, or correct the contributor.")
  /// Traces of these titles belong to another seeder.
  static let titleTaken = ErrorCode(
    "SR-604", "title of another seeder",
    cause: "Another seeder already has traces with these titles.",
    fix: "Use other titles.")
  /// There is nothing to search.
  static let nothingToSearch = ErrorCode(
    "SR-605", "no embeddings to search",
    cause: "The search cannot be measured, because no trace has an embedding.",
    fix: "Run 'seed-runner --capacity-traces' first.")
  /// The server does not respond.
  public static let serverDown = ErrorCode(
    "SR-606", "server does not respond",
    cause: "'trace-server --check-health' got no response, or a status other than 200.",
    fix: "Check the server's log. Set HOST and PORT to the values with which it was started.")
  /// No user, or several, have a name.
  static let unknownUser = ErrorCode(
    "SR-607", "unknown user",
    cause: "No user of the trace service has this ID or name, or several users have this name.",
    fix: """
      Use the user ID. The response to the registration contains it, and so does each trace of the user, as \
      contributor_id.
      """)
  /// The user may not be a moderator.
  static let userNotAppointed = ErrorCode(
    "SR-608", "user cannot be a moderator",
    cause: "The user is banned, or is a seeded user. Seeded users have no tokens.",
    fix: "Appoint another user. A moderator can lift the ban with DELETE /api/v1/users/{id}/ban.")
}

extension CapacityCheckError: CommandError, CodedError {
  /// ``ExitCode/drift``: the database lacks the data to measure.
  public var exitCode: ExitCode { .drift }
  /// The code of a database without embeddings.
  public var errorCode: ErrorCode { .nothingToSearch }
}

extension EmbeddingServiceError: CommandError, CodedError {
  /// ``ExitCode/badConfiguration`` if the settings are the cause.
  public var exitCode: ExitCode { kind == .misconfigured ? .badConfiguration : .internalFault }
  /// The code of the embedding service.
  public var errorCode: ErrorCode { .embeddingService }
}

extension EmbeddingError: CodedError {
  /// The code of invalid vectors.
  public var errorCode: ErrorCode { .embeddingVector }
}

extension TraceImportError: CodedError {
  /// The code of the fault.
  public var errorCode: ErrorCode {
    switch self {
    case .noContributor: .missingContributor
    case .titlesTaken: .titleTaken
    }
  }
}
