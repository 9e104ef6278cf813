import Embeddings
import HTTPServer
import TraceStore

/// The web page. It uses the API like any other client.
enum PageController {
  static let routes = [
    Route(.get, "/", .unlimited) { try page("index.html", $0) },
    // The page uses relative links, so it also works below a proxy's path prefix.
    Route(.get, "/page/{file}", .unlimited) { try page($0.values.first ?? "", $0) },
  ]

  private static func page(_ name: String, _ context: RequestContext) throws(APIProblem) -> HTTPResponse {
    let facts = PageFile.Facts(
      searchNeedsToken: context.services.options.searchNeedsToken,
      findsMeaning: context.services.provider.model.id != EmbeddingModel.local.id)
    guard let file = PageFile.named(name, facts) else {
      throw APIProblem(kind: .noRoute, status: 404, detail: "the web page has no such file")
    }
    return file.response(to: context.request)
  }
}
