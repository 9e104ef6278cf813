/// What a seeder's fixtures hold, as a linter sees it.
public struct FixtureInspection: Sendable {
  /// A record as text, to be compared with all others.
  public struct Document: Sendable {
    /// Where it stands.
    public let place: FixturePlace
    /// What it is called.
    public let title: String
    /// What it says.
    public let text: String

    /// Makes a document.
    public init(place: FixturePlace, title: String, text: String) {
      self.place = place
      self.title = title
      self.text = text
    }
  }

  /// How many records were read.
  public var records: Int
  /// What does not keep it from being seeded, but should be put right.
  public var findings: [FixtureFault]
  /// The records that are texts.
  public var documents: [Document]
  /// What there is to say about the set as a whole, a line each.
  public var notes: [String]

  /// Makes an inspection.
  public init(
    records: Int, findings: [FixtureFault] = [], documents: [Document] = [], notes: [String] = []
  ) {
    self.records = records
    self.findings = findings
    self.documents = documents
    self.notes = notes
  }
}
