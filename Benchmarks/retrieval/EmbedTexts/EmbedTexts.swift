import Catalog
import CuratedTraces
import Embeddings
import FoundationEssentials
import Postgres
import SeedKit
import TraceStore

/// The local model as a program, for the benchmark `retrieval` and `Scripts/word-weights`.
///
/// `embed-texts vectors N` reads a JSON array of texts, of which the first N are traces, and writes the array of their
/// vectors. `embed-texts weights` writes the word weights of the built-in traces. `embed-texts time` measures the time
/// per vector.
@main
enum EmbedTexts {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "vectors": try vectors(documents: arguments.dropFirst().first.flatMap { Int($0) } ?? 0)
    case "weights": print(Vocabulary.learn(from: try builtInTraces()), terminator: "")
    case "time": try time()
    default: throw Misuse()
    }
  }

  private struct Misuse: Error, CustomStringConvertible {
    var description: String { "usage: embed-texts vectors [N] | weights | time" }
  }

  private static func builtInTraces() throws -> [EmbeddingText] {
    let names = CuratedTracesSeeder(validationThreshold: 0).fixtures
    return try TraceImport.read(Catalog.fixtures.files(names)).map { EmbeddingText($0.trace) }
  }

  /// The title ends at the first empty line.
  private static func document(_ text: String) -> EmbeddingText {
    let parts = text.split(separator: "\n\n", maxSplits: 1)
    return .document(
      title: parts.first.map(String.init) ?? "", body: parts.dropFirst().first.map(String.init) ?? "")
  }

  private static func vectors(documents: Int) throws {
    var input: [UInt8] = []
    while let line = readLine(strippingNewline: false) { input += Array(line.utf8) }
    let texts = try JSONDecoder().decode([String].self, from: Data(input))
    let provider = LocalEmbeddingProvider()
    let vectors = texts.enumerated().map { index, text in
      provider.vector(for: index < documents ? document(text) : .query(text)).components
    }
    print(String(decoding: try JSONEncoder().encode(vectors), as: UTF8.self))
  }

  private static func time() throws {
    let provider = LocalEmbeddingProvider()
    let first = ContinuousClock().measure { _ = provider.vector(for: .query("first")) }
    print("first vector, including reading the word lists: \(Int(first / .nanoseconds(1)) / 1_000) µs")
    let documents = try builtInTraces()
    let questions = documents.map { text in
      if case .document(let title, _) = text { EmbeddingText.query(title) } else { text }
    }
    for (name, texts) in [("question", questions), ("trace", documents)] {
      var best = Duration.seconds(1_000)
      for _ in 0..<20 {
        best = min(best, ContinuousClock().measure { for text in texts { _ = provider.vector(for: text) } })
      }
      let each = best / texts.count
      print("\(name): \(Int(each / .nanoseconds(1)) / 1_000) µs, \(texts.count) texts, best of 20 rounds")
    }
  }
}
