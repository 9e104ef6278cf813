import FoundationEssentials
import Glibc
import Basics

/// The location of a declarative seeder's files: in the program, on disk, or in memory.
enum DataFolder: Sendable {
  /// A folder of this name among the built-in seeders.
  case builtIn(FixtureStore, name: String)
  /// A folder on disk.
  case directory(path: String, watch: FileWatch?)
  /// One generated file.
  case memory(path: String, name: String, bytes: [UInt8])

  /// The same folder, with a watch for changes.
  func watched(by watch: FileWatch) -> DataFolder {
    guard case .directory(let path, _) = self else { return self }
    return .directory(path: path, watch: watch)
  }

  /// The path of a file for messages.
  func path(of name: String) -> String {
    switch self {
    case .builtIn(let store, let folder): store.path(of: "\(folder)/\(name)")
    case .directory(let path, _): "\(path)/\(name)"
    case .memory(let path, _, _): path
    }
  }

  /// Whether a file exists.
  ///
  /// - Throws: as ``open(_:)``.
  func has(_ name: String) throws -> Bool { try open(name) != nil }

  /// Opens a file; nil if it does not exist.
  ///
  /// - Throws: ``FixtureError`` for a file that is not regular, cannot be read or is outside the folder.
  func open(_ name: String) throws -> ByteSource? {
    switch self {
    case .memory(_, let file, let bytes): return name == file ? ByteSource(bytes: bytes) : nil
    case .builtIn(let store, let folder):
      guard store.contains("\(folder)/\(name)") else { return nil }
      return ByteSource(bytes: try store.file("\(folder)/\(name)").bytes)
    case .directory(let root, let watch):
      let path = path(of: name)
      if let target = RegularFile.resolve(path), let base = RegularFile.resolve(root),
        !target.hasPrefix(base + "/")
      {
        throw fault(
          name, found: "a symbolic link that leads out of the seeder's folder", expected: "a file inside it")
      }
      let source: ByteSource?
      do throws(RegularFile.Failure) {
        source = try RegularFile.open(path, purpose: "a data file").map(ByteSource.init(descriptor:))
      } catch {
        throw fault(name, found: error.found, expected: error.expected)
      }
      try watch?.note(name, path: path, source?.identity)
      return source
    }
  }

  /// The size of a file in bytes; 0 if it does not exist.
  ///
  /// - Throws: as ``open(_:)``.
  func size(of name: String) throws -> Int { try open(name)?.size ?? 0 }

  /// The SHA-256 of a file, read in chunks; nil if it does not exist.
  ///
  /// - Parameter states: records the state of the file before it was read.
  /// - Throws: as ``open(_:)``; `CancellationError`.
  func digest(of name: String, states: FileStates? = nil) throws -> String? {
    let source = try open(name)
    states?.record(name, source?.identity)
    guard let source else { return nil }
    var digest = SHA256Digest()
    do {
      while let chunk = try source.next() {
        try Task.checkCancellation()
        digest.update(chunk)
      }
    } catch let error as RegularFile.Failure {
      throw fault(name, found: error.found, expected: error.expected)
    }
    return digest.hexadecimal()
  }

  func fault(_ name: String, found: String, expected: String) -> FixtureError {
    FixtureError([FixtureFault(.unreadableFile, file: path(of: name), found: found, expected: expected)])
  }
}

/// The bytes of a file in chunks, so that memory use is bounded for any size.
final class ByteSource {
  /// Large enough that the cost of a read is negligible.
  static let chunkSize = 1 << 20

  private var bytes: [UInt8]?
  private let descriptor: Int32?

  init(bytes: [UInt8]) {
    self.bytes = bytes
    descriptor = nil
  }

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    if let descriptor { close(descriptor) }
  }

  /// The total number of bytes.
  var size: Int {
    guard let descriptor else { return bytes?.count ?? 0 }
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// The state of the file; nil for bytes in memory.
  var identity: FileIdentity? { descriptor.flatMap(FileIdentity.init(descriptor:)) }

  /// The next chunk; nil at the end.
  func next() throws(RegularFile.Failure) -> [UInt8]? {
    guard let descriptor else {
      defer { bytes = nil }
      return bytes.flatMap { $0.isEmpty ? nil : $0 }
    }
    var failure: Int32 = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkSize) { buffer, count in
      var result: Int
      repeat {
        result = read(descriptor, buffer.baseAddress, buffer.count)
      } while result < 0 && errno == EINTR
      if result < 0 { failure = errno }
      count = max(0, result)
    }
    guard failure == 0 else { throw RegularFile.systemFailure(failure) }
    return chunk.isEmpty ? nil : chunk
  }
}
