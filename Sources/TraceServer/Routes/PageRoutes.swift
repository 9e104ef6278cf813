import HTTPServer

/// The page for people. It uses the API as any other client does.
enum PageRoutes {
  static let all = [
    Route(.get, "/", .unlimited) { server, context in try server.page("index.html", for: context.request) },
    // Relative in the page, so that it works below a path of a proxy.
    Route(.get, "/page/{file}", .unlimited) { server, context in
      try server.page(context.values.first ?? "", for: context.request)
    },
  ]
}

extension TraceServer {
  fileprivate func page(_ name: String, for request: HTTPRequest) throws(APIProblem) -> HTTPResponse {
    guard let file = PageFile.named(name, searchNeedsToken: options.searchNeedsToken) else {
      throw APIProblem(kind: .noRoute, status: 404, detail: "the page has no such file")
    }
    return file.response(to: request)
  }
}
