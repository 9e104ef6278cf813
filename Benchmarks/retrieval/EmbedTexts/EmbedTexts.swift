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
/// vectors. `embed-texts add N` reads an object with `texts` and a service's `vectors` of them, and adds words as ``HybridEmbeddingProvider`` does. `embed-texts weights` writes the word weights of the built-in traces. `embed-texts time` measures the time
/// per vector.
@main
enum EmbedTexts {
  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case "vectors": print(try json(texts(arguments, readInput()).map(LocalEmbeddingProvider().vector)))
    case "add": try await add(arguments)
    case "weights": print(Vocabulary.learn(from: try builtInTraces()), terminator: "")
    case "time": try time()
    default: throw Misuse()
    }
  }

  private struct Misuse: Error, CustomStringConvertible {
    var description: String { "usage: embed-texts vectors [N] | add [N] | weights | time" }
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

  private static func readInput<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    var input: [UInt8] = []
    while let line = readLine(strippingNewline: false) { input += Array(line.utf8) }
    return try JSONDecoder().decode(type, from: Data(input))
  }

  /// - Parameter arguments: the second one is the number of texts that are traces.
  private static func texts(_ arguments: ArraySlice<String>, _ texts: [String]) -> [EmbeddingText] {
    let documents = arguments.dropFirst().first.flatMap { Int($0) } ?? 0
    return texts.prefix(documents).map(document) + texts.dropFirst(documents).map { .query($0) }
  }

  private static func json(_ vectors: [PostgresVector]) throws -> String {
    String(decoding: try JSONEncoder().encode(vectors.map(\.components)), as: UTF8.self)
  }

  private struct Input: Decodable {
    let texts: [String]
    let vectors: [[Float]]
  }

  /// A provider that returns given vectors.
  private struct Given: EmbeddingProvider {
    let model = EmbeddingModel(id: "given", version: "1")
    let vectors: [PostgresVector]

    func embed(_ texts: [EmbeddingText]) async throws -> [PostgresVector] { vectors }
  }

  private static func add(_ arguments: ArraySlice<String>) async throws {
    let input: Input = try readInput()
    let dimensions = input.vectors.first?.count ?? 0
    let padding = [Float](repeating: 0, count: TraceIndex.dimensions - dimensions)
    let given = Given(vectors: input.vectors.map { PostgresVector($0 + padding) })
    let provider = HybridEmbeddingProvider(given, dimensions: dimensions)
    print(try json(await provider.embed(texts(arguments, input.texts))))
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
