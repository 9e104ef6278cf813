/// The contents of a seeder's fixtures, for the linter.
public struct FixtureInspection: Sendable {
  /// A record's text, for comparison with all others.
  public struct Document: Sendable {
    /// The place of the record.
    public let place: FixturePlace
    /// Its title.
    public let title: String
    /// Its text.
    public let text: String

    /// Creates a document.
    public init(place: FixturePlace, title: String, text: String) {
      self.place = place
      self.title = title
      self.text = text
    }
  }

  /// The number of records.
  public var records: Int
  /// Findings that do not prevent seeding but should be fixed.
  public var findings: [FixtureFault]
  /// The texts of the records, for the search for near-duplicates.
  public var documents: [Document]
  /// Remarks about all records, one line each.
  public var notes: [String]

  /// Creates an inspection.
  public init(
    records: Int, findings: [FixtureFault] = [], documents: [Document] = [], notes: [String] = []
  ) {
    self.records = records
    self.findings = findings
    self.documents = documents
    self.notes = notes
  }
}
