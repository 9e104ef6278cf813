import CHiredis

/// A reply of Redis.
enum RedisReply: Sendable, Equatable {
  case integer(Int64)
  case text(String)
  case array([RedisReply])
  case null
  /// An error reply: its code, such as `NOSCRIPT`, and the message, sanitized for a log.
  case error(code: String, message: String)

  init(_ raw: redisReply) {
    switch raw.type {
    case REDIS_REPLY_INTEGER: self = .integer(raw.integer)
    case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = .text(Self.text(raw))
    case REDIS_REPLY_ERROR: self = Self.error(Self.text(raw))
    case REDIS_REPLY_ARRAY:
      self = .array((0..<raw.elements).map { raw.element[$0].map { RedisReply($0.pointee) } ?? .null })
    default: self = .null
    }
  }

  private static func text(_ raw: redisReply) -> String {
    guard let start = raw.str else { return "" }
    return start.withMemoryRebound(to: UInt8.self, capacity: Int(raw.len)) {
      String(decoding: UnsafeBufferPointer(start: $0, count: Int(raw.len)), as: UTF8.self)
    }
  }

  private static func error(_ text: String) -> RedisReply {
    let first = text.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber) }
    return .error(code: first.isEmpty ? "ERR" : String(first), message: RedisFailure.printable(text))
  }
}

/// The reason why Redis did not give a usable reply.
public struct RedisFailure: Error, Equatable, CustomStringConvertible {
  let message: String
  /// Whether the connection was closed, as opposed to a rejection or a timeout. An idle connection may be closed at
  /// any time.
  var isDisconnect = false

  /// What happened. Contains no password.
  public var description: String { message }

  /// One line of bounded length, because the text of a server cannot be trusted.
  static func printable(_ text: String) -> String {
    let line = text.unicodeScalars.prefix(200)
      .map { $0.properties.generalCategory == .control ? " " : String($0) }
    return line.joined()
  }
}
