import Glibc

/// The contents of a file in chunks.
protocol ByteStream: AnyObject {
  /// The next chunk; nil at the end.
  func next() throws -> [UInt8]?
}

extension ByteSource: ByteStream {}

extension ByteStream {
  /// The whole contents; nil if they have more bytes than a limit.
  func all(limit: Int) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    while let chunk = try next() {
      bytes += chunk
      if bytes.count > limit { return nil }
    }
    return bytes
  }
}

extension ByteSource {
  /// The expanded and decoded contents.
  ///
  /// - Parameters:
  ///   - name: the file's name, whose extension says how it is compressed.
  ///   - encoding: the encoding of the file; nil for UTF-8, which is checked by the readers.
  ///   - path: the file's path, for messages.
  /// - Throws: ``FixtureError``.
  func contents(name: String, encoding: String? = nil, path: String) throws -> any ByteStream {
    var contents: any ByteStream = self
    if let compression = Compression(fileName: name) {
      contents = try ExpandedBytes(contents, size: size, compression: compression, path: path)
    }
    if let encoding { contents = try DecodedBytes(contents, encoding: encoding, path: path) }
    return contents
  }
}

extension DataFolder {
  /// Opens a file, expands and decodes its contents; nil if it does not exist.
  ///
  /// - Throws: as ``open(_:)``.
  func content(of name: String, encoding: String? = nil) throws -> (any ByteStream)? {
    try open(name)?.contents(name: name, encoding: encoding, path: path(of: name))
  }
}

/// A file in another encoding than UTF-8, decoded by `iconv`.
final class DecodedBytes: ByteStream {
  private let source: any ByteStream
  private let encoding: String
  private let path: String
  private let descriptor: iconv_t
  /// The bytes of an incomplete character at the end of the last chunk.
  private var rest: [UInt8] = []
  private var line = 1
  private var isEnded = false

  init(_ source: any ByteStream, encoding: String, path: String) throws {
    guard let descriptor = Self.open(encoding) else {
      throw FixtureError([
        FixtureFault(
          .unreadableFile, file: path, found: "unsupported encoding '\(encoding)'",
          expected: "an encoding that iconv supports")
      ])
    }
    self.source = source
    self.encoding = encoding
    self.path = path
    self.descriptor = descriptor
  }

  deinit { iconv_close(descriptor) }

  /// Whether the system can decode an encoding.
  static func knows(_ encoding: String) -> Bool {
    // A slash would add instructions such as //IGNORE.
    guard !encoding.isEmpty, encoding.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }),
      let descriptor = open(encoding)
    else { return false }
    iconv_close(descriptor)
    return true
  }

  private static func open(_ encoding: String) -> iconv_t? {
    let name = encoding.lowercased() == "latin-1" ? "ISO-8859-1" : encoding
    let descriptor = iconv_open("UTF-8", name)
    return descriptor == iconv_t(bitPattern: -1) ? nil : descriptor
  }

  func next() throws -> [UInt8]? {
    while !isEnded {
      let chunk = try source.next()
      isEnded = chunk == nil
      let output = try decode(rest + (chunk ?? []))
      line += output.count { $0 == 0x0A }
      if !output.isEmpty { return output }
    }
    return nil
  }

  private func decode(_ bytes: [UInt8]) throws -> [UInt8] {
    var input = bytes
    var output: [UInt8] = []
    var isDone = false
    try input.withUnsafeMutableBytes { buffer in
      var next = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      var left = buffer.count
      while !isDone {
        var failure: Int32 = 0
        // One byte becomes at most three, so a second pass is rare.
        let room = left * 3 + 64
        output += [UInt8](unsafeUninitializedCapacity: room) { part, count in
          var place = UnsafeMutableRawPointer(part.baseAddress)?.assumingMemoryBound(to: CChar.self)
          var free = room
          if left > 0, iconv(descriptor, &next, &left, &place, &free) == -1 { failure = errno }
          // At the end, characters that the encoding holds back are written.
          if isEnded, left == 0, failure == 0, iconv(descriptor, nil, nil, &place, &free) == -1 {
            failure = errno
          }
          count = room - free
        }
        switch failure {
        case 0: isDone = true
        case E2BIG: continue
        case EINVAL where !isEnded: isDone = true
        default: throw fault(output, isCut: failure == EINVAL)
        }
      }
      rest = Array(buffer.suffix(left))
    }
    return output
  }

  private func fault(_ output: [UInt8], isCut: Bool) -> FixtureError {
    FixtureError([
      FixtureFault(
        .malformedFile, file: path, line: line + output.count { $0 == 0x0A },
        found: isCut ? "an incomplete character at the end of the file" : "bytes that are not \(encoding)",
        expected: "text in \(encoding), as \"encoding\" says")
    ])
  }
}
