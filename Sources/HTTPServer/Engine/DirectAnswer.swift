/// An answer that is written to the socket past the library, where it gives no chance to answer.
enum DirectAnswer {
  static func bytes(_ response: HTTPResponse) -> [UInt8] {
    var head = "HTTP/1.1 \(response.status) \(Problem.title(response.status))\r\n"
    for field in response.headers.fields { head += "\(field.name): \(field.value)\r\n" }
    head += "Content-Length: \(response.body.count)\r\nConnection: close\r\n\r\n"
    return Array(head.utf8) + response.body
  }
}
