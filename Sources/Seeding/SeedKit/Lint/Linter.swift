/// Lints the fixtures of seeders without a database: each seeder by its own rules, and all texts for
/// near-duplicates.
public enum Linter {
  /// Validates the fixtures of seeders.
  ///
  /// - Parameters:
  ///   - seeders: the seeders to lint.
  ///   - others: seeders whose texts are also compared. Their own faults are not reported.
  ///   - fixtures: the files.
  /// - Returns: the findings of each seeder, including faults that would prevent seeding.
  public static func run(
    _ seeders: [RegisteredSeeder], alongside others: [RegisteredSeeder], fixtures: FixtureStore
  ) -> LintReport {
    var report = LintReport()
    // The others come first, because the later one of two similar texts is reported.
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
          FixtureFault(file: fixtures.path(of: file), found: "\(error)", expected: "a fixture")
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

/// The findings of the linter.
public struct LintReport: Sendable, Codable {
  /// The findings of a seeder.
  public struct Entry: Sendable, Codable {
    /// The seeder.
    public let seeder: String
    /// The number of records.
    public var records = 0
    /// Remarks about all records.
    public var notes: [String] = []
    /// What should be fixed.
    public var findings: [FixtureFault] = []
    /// The number of findings beyond ``findings``.
    public var unlisted = 0

    /// The number of all findings.
    public var total: Int { findings.count + unlisted }

    init(seeder: String) { self.seeder = seeder }
  }

  /// The seeders, in the order in which they were given.
  public var seeders: [Entry] = []

  /// Whether there are no findings.
  public var isClean: Bool { seeders.allSatisfy(\.findings.isEmpty) }
}
