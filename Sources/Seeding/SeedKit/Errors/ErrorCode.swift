/// A stable code for a kind of error, with the explanation that `seed-runner explain` prints.
///
/// A code never changes its meaning and is never used again. Applications define their own codes with a prefix of
/// their own, and declare them in their command module.
public struct ErrorCode: Sendable {
  /// The code, such as `SR-304`.
  public let id: String
  /// The kind of error in a few words, in lowercase: `duplicate key`.
  public let title: String
  /// Why it happens, in one or two sentences.
  public let cause: String
  /// What to do about it, in one to three sentences.
  public let fix: String

  /// Defines a code.
  public init(_ id: String, _ title: String, cause: String, fix: String) {
    self.id = id
    self.title = title
    self.cause = cause
    self.fix = fix
  }
}

extension ErrorCode: Hashable, Codable {
  /// Codes are equal if their ids are.
  public static func == (left: ErrorCode, right: ErrorCode) -> Bool { left.id == right.id }

  /// Hashes the id.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }

  /// Reads an id. A code of another program has no explanation.
  public init(from decoder: any Decoder) throws {
    let id = try decoder.singleValueContainer().decode(String.self)
    self = Self.all.first { $0.id == id } ?? ErrorCode(id, "", cause: "", fix: "")
  }

  /// Writes the id.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(id)
  }
}

/// An error that has a code.
public protocol CodedError: Error {
  /// The code of its kind.
  var errorCode: ErrorCode { get }
}

extension ErrorCode {
  /// The codes of the framework, in the order of the documentation.
  public static let all: [ErrorCode] = usage + runs + data + database

  /// The code of an error; ``internalError`` for one without a code.
  public init(_ error: any Error) {
    self = (error as? any CodedError)?.errorCode ?? .internalError
  }
}
