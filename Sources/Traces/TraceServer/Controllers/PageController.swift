import HTTPServer

/// The page for people. It uses the API as any other client does.
enum PageController {
  static let routes = [
    Route(.get, "/", .unlimited) { try page("index.html", $0) },
    // Relative in the page, so that it works below a path of a proxy.
    Route(.get, "/page/{file}", .unlimited) { try page($0.values.first ?? "", $0) },
  ]

  private static func page(_ name: String, _ context: RequestContext) throws(APIProblem) -> HTTPResponse {
    guard let file = PageFile.named(name, searchNeedsToken: context.services.options.searchNeedsToken) else {
      throw APIProblem(kind: .noRoute, status: 404, detail: "the web page has no such file")
    }
    return file.response(to: context.request)
  }
}
