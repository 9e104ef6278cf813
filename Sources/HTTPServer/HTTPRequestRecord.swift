/// What is told of an answered request, for logs and metrics.
///
/// It holds neither the query nor the fields nor the body, which may hold secrets.
public struct HTTPRequestRecord: Sendable {
  /// The ``HTTPRequest/id``.
  public let id: String
  /// The method as sent (`HEAD` too). Nil if the request line could not be read.
  public let method: HTTPMethod?
  /// The path as sent, without the query. Nil if the request line could not be read. It comes from
  /// the client: a metric's label should be the route that it led to.
  public let path: String?
  /// The status of the answer.
  public let status: Int
  /// From the end of the request line until the answer was ready to be sent.
  public let duration: Duration
  /// The address of the client.
  public let remoteAddress: String
  /// Bytes of the body that were received.
  public let requestBytes: Int
  /// Bytes of the answer's body.
  public let responseBytes: Int
}
