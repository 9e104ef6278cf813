import Catalog
import CuratedTraces
@testable import Embeddings
import SeedKit
import Testing
import TraceStore

@Suite("The words of the local model")
struct VocabularyTests {
  @Test("are the most common ones of the built-in traces, but for one in twenty")
  func drift() throws {
    let names = CuratedTracesSeeder(validationThreshold: 0).fixtures
    let traces = try TraceImport.read(Catalog.fixtures.files(names)).map { EmbeddingText($0.trace) }
    let drift = Vocabulary.drift(to: traces)
    #expect(
      drift <= 0.05,
      "run Scripts/word-weights, raise the version of EmbeddingModel.local and correct LocalEmbeddingTests")
  }

  @Test("have a dimension each, and no weight is zero")
  func dimensions() {
    let vocabulary = Vocabulary.builtIn
    #expect(vocabulary.weights.count == Vocabulary.size)
    #expect(vocabulary.dimensions.count == Vocabulary.size, "no two words have the same hash")
    #expect(Set(vocabulary.dimensions.values) == Set(0..<Vocabulary.size))
    #expect(vocabulary.weights.allSatisfy { (1...256).contains($0) })
  }

  @Test("are learnt alike from the same documents, whatever their order")
  func order() {
    let documents = (0..<50).map {
      EmbeddingText.document(title: "title \($0)", body: "word\($0 % 7) common")
    }
    let learnt = Vocabulary.learn(from: documents)
    #expect(Vocabulary.learn(from: documents.reversed()) == learnt)
    #expect(learnt.contains("common"))
  }

  @Test("are in one group of related words at most, and none of those says nothing")
  func groups() {
    let vocabulary = Vocabulary(stopWords: Vocabulary.text(.stop), relatedWords: "", wordWeights: "")
    var seen: [[UInt8]: [Substring]] = [:]
    for group in Vocabulary.lines(Vocabulary.text(.related)) {
      for word in group {
        guard let stem = vocabulary.term(for: Array(word.utf8)) else {
          Issue.record("'\(word)' says nothing")
          continue
        }
        #expect(seen[stem] == nil || seen[stem] == group, "'\(word)' is in two groups")
        seen[stem] = group
      }
    }
  }
}
