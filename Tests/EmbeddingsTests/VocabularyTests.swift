import Catalog
import CuratedTraces
@testable import Embeddings
import SeedKit
import Testing
import TraceStore

@Suite("The vocabulary of the local model")
struct VocabularyTests {
  @Test("contains the most common words of the built-in traces, except for one in twenty")
  func drift() throws {
    let names = CuratedTracesSeeder(validationThreshold: 0).fixtures
    let traces = try TraceImport.read(Catalog.fixtures.files(names)).map { EmbeddingText($0.trace) }
    let drift = Vocabulary.drift(to: traces)
    #expect(
      drift <= 0.05,
      "run Scripts/word-weights, raise the version of EmbeddingModel.local and correct LocalEmbeddingTests")
  }

  @Test("has one dimension per word and no zero weight")
  func dimensions() {
    let vocabulary = Vocabulary.builtIn
    #expect(vocabulary.weights.count == Vocabulary.size)
    #expect(vocabulary.dimensions.count == Vocabulary.size, "no two words have the same hash")
    #expect(Set(vocabulary.dimensions.values) == Set(0..<Vocabulary.size))
    #expect(vocabulary.weights.allSatisfy { (1...256).contains($0) })
  }

  @Test("does not depend on the order of the documents")
  func order() {
    let documents = (0..<50).map {
      EmbeddingText.document(title: "title \($0)", body: "word\($0 % 7) common")
    }
    let learned = Vocabulary.learn(from: documents)
    #expect(Vocabulary.learn(from: documents.reversed()) == learned)
    #expect(learned.contains("common"))
  }

  @Test("has every related word in one group only")
  func groups() {
    let vocabulary = Vocabulary(relatedWords: "", wordWeights: "")
    var seen: [[UInt8]: [Substring]] = [:]
    for group in Vocabulary.lines(Vocabulary.text(.related)) {
      for word in group {
        let stem = vocabulary.term(for: Array(word.utf8))
        #expect(seen[stem] == nil || seen[stem] == group, "'\(word)' is in two groups")
        seen[stem] = group
      }
    }
  }
}
