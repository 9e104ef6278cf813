/// A request method (RFC 9110, section 9), such as `GET`. Case matters.
public struct HTTPMethod: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
  /// The method as it stands in the request line.
  public let rawValue: String

  /// Makes a method from its name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Makes a method from its name.
  public init(stringLiteral value: String) { rawValue = value }

  /// `GET`
  public static let get: Self = "GET"
  /// `HEAD`; a handler never sees it, because the server answers it as ``get`` without the body.
  public static let head: Self = "HEAD"
  /// `POST`
  public static let post: Self = "POST"
  /// `PUT`
  public static let put: Self = "PUT"
  /// `PATCH`
  public static let patch: Self = "PATCH"
  /// `DELETE`
  public static let delete: Self = "DELETE"
  /// `OPTIONS`
  public static let options: Self = "OPTIONS"
}

extension HTTPMethod: CustomStringConvertible {
  /// The method as it stands in the request line.
  public var description: String { rawValue }
}
