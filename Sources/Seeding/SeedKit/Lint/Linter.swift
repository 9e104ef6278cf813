/// Judges the fixtures of seeders without a database: each by its own rules, and their texts against
/// those of all others.
public enum Linter {
  /// Validates the fixtures of seeders.
  ///
  /// - Parameters:
  ///   - seeders: whose fixtures are judged.
  ///   - others: whose texts count as existing already; their own faults are not reported.
  ///   - fixtures: the files.
  /// - Returns: what was found, per seeder. Faults that would keep a seeder from being seeded are
  ///   findings like all others.
  public static func run(
    _ seeders: [RegisteredSeeder], alongside others: [RegisteredSeeder], fixtures: FixtureStore
  ) -> LintReport {
    var report = LintReport()
    // The others come first: where two texts are alike, the one that is judged is the later one.
    var documents = others.flatMap { (try? $0.validate(fixtures))?.documents ?? [] }
    let existing = documents.count
    var owner: [Int] = []
    for (index, seeder) in seeders.enumerated() {
      var entry = LintReport.Entry(seeder: seeder.id.rawValue)
      do {
        let inspection = try seeder.validate(fixtures)
        entry.records = inspection.records
        entry.findings = inspection.findings
        entry.notes = inspection.notes
        documents += inspection.documents
        owner += inspection.documents.map { _ in index }
      } catch let error as FixtureError {
        entry.findings = error.faults
        entry.unlisted = error.total - error.faults.count
      } catch {
        entry.findings = seeder.fixtures.prefix(1).map { file in
          FixtureFault(file: FixtureFile.displayPath(file), found: "\(error)", expected: "a fixture")
        }
      }
      report.seeders.append(entry)
    }
    for pair in NearDuplicates.find(in: documents) where pair.second >= existing {
      let (first, second) = (documents[pair.first], documents[pair.second])
      let percent = Int((pair.similarity * 100).rounded())
      report.seeders[owner[pair.second - existing]].findings.append(
        second.place.fault(
          field: pair.field, found: "\(percent)% similar to '\(first.title)' (\(first.place))",
          expected: ""))
    }
    return report
  }
}

/// What a linter found.
public struct LintReport: Sendable, Codable {
  /// One seeder's part.
  public struct Entry: Sendable, Codable {
    /// The seeder.
    public let seeder: String
    /// How many records were judged.
    public var records = 0
    /// What there is to say about the set as a whole.
    public var notes: [String] = []
    /// What should be put right.
    public var findings: [FixtureFault] = []
    /// How many more there are than ``findings`` lists.
    public var unlisted = 0

    /// How many there are in all.
    public var total: Int { findings.count + unlisted }

    init(seeder: String) { self.seeder = seeder }
  }

  /// The seeders, in the order in which they were named.
  public var seeders: [Entry] = []

  /// Whether nothing was found.
  public var isClean: Bool { seeders.allSatisfy(\.findings.isEmpty) }
}
