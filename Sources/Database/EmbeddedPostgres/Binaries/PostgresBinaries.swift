import Glibc

/// An installation of PostgreSQL that can run the embedded server.
public struct PostgresBinaries: Sendable, Hashable {
  /// The directory of `postgres`, `initdb` and `psql`.
  public let binDirectory: String
  /// The major version, such as 16.
  public let majorVersion: Int
  /// Whether it has the extension pgvector.
  public let hasPgvector: Bool

  /// The path of a program.
  public func program(_ name: String) -> String { binDirectory + "/" + name }

  /// Checks a directory: that of the programs, or its parent.
  ///
  /// Starts no program: the version is read from the template file of `initdb`.
  ///
  /// - Throws: ``Refusal`` with the reason why it cannot be used.
  static func inspect(_ path: String) throws(Refusal) -> PostgresBinaries {
    guard let resolved = FileSystem.realPath(path) else { throw Refusal("no such directory") }
    let candidates = [resolved + "/bin", resolved]
    guard let bin = candidates.first(where: { FileSystem.target($0 + "/postgres") != nil }) else {
      throw Refusal("it contains no program named postgres")
    }
    for program in ["postgres", "initdb", "psql"] {
      guard FileSystem.target(bin + "/" + program) != nil else {
        throw Refusal("the program \(program) is missing")
      }
      guard access(bin + "/" + program, X_OK) == 0 else {
        throw Refusal("\(bin)/\(program) is not executable")
      }
    }
    let shares = shareDirectories(bin: bin)
    for share in shares {
      // Its first line is "# PostgreSQL 16".
      guard let head = FileSystem.read(share + "/postgres.bki", limit: 64) else { continue }
      let digits = head.split(separator: "\n").first?.split(separator: " ").last.flatMap { Int($0) }
      guard let version = digits else { throw Refusal("\(share)/postgres.bki does not contain a version") }
      guard version >= 15 else { throw Refusal("it is PostgreSQL \(version); 15 is the oldest supported") }
      let hasVector = FileSystem.target(share + "/extension/vector.control") != nil
      return PostgresBinaries(binDirectory: bin, majorVersion: version, hasPgvector: hasVector)
    }
    throw Refusal("postgres.bki not found in \(shares.joined(separator: ", "))")
  }

  /// Where installations keep the shared files of a `bin` directory.
  private static func shareDirectories(bin: String) -> [String] {
    let prefix = bin.hasSuffix("/bin") ? String(bin.dropLast(4)) : bin
    var directories = ["postgresql", "pgsql", ""].map { prefix + "/share" + ($0.isEmpty ? "" : "/\($0)") }
    // Debian: /usr/lib/postgresql/16/bin and /usr/share/postgresql/16.
    if let range = prefix.firstRange(of: "/lib/postgresql/") {
      directories.insert(prefix.replacingCharacters(in: range, with: "/share/postgresql/"), at: 0)
    }
    return directories
  }

  /// Why an installation cannot be used.
  struct Refusal: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
