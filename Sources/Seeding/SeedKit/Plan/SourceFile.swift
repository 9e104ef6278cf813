import Basics

/// A file that a seeder reads, in its state during a run.
public struct SourceFile: Hashable, Sendable, Codable {
  /// The path for messages.
  public let path: String
  /// SHA-256 in hexadecimal.
  public let sha256: String
  /// The size in bytes.
  public let bytes: Int
}

extension SeedPlan.Step {
  /// The files that the seeder reads. Unreadable ones are left out.
  package func sourceFiles(in fixtures: FixtureStore) -> [SourceFile] {
    let named = seeder.fixtures.compactMap { name -> SourceFile? in
      guard let file = try? fixtures.file(name) else { return nil }
      return SourceFile(path: file.path, sha256: Digest.sha256Hex(file.bytes), bytes: file.bytes.count)
    }
    return named + (seeder.declarative?.folderFiles ?? [])
  }
}
