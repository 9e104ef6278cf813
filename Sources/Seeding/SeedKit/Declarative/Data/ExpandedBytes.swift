/// The contents of a compressed file, expanded in chunks.
final class ExpandedBytes: ByteStream {
  /// The number of bytes that any file may expand to.
  static let freeSize = 64 << 20
  /// How many times its size a larger file may expand to. Text rarely compresses better than 1:100, and data that was
  /// made to exhaust a disk up to 1:1,000 with gzip and 1:10,000 with Zstandard.
  static let ratio = 500

  private let source: any ByteStream
  private let compression: Compression
  private let path: String
  private let limit: Int
  private let expander: any Expander
  private var input: [UInt8] = []
  /// The number of bytes of the input that are expanded.
  private var position = 0
  private var total = 0
  /// Whether the expander may hold back output.
  private var isFull = false
  /// Whether all data so far is complete.
  private var isComplete = false
  /// Whether zeros follow the data.
  private var isPadded = false
  private var isEnded = false

  /// - Parameter size: the size of the compressed file.
  init(_ source: any ByteStream, size: Int, compression: Compression, path: String) throws {
    self.source = source
    self.compression = compression
    self.path = path
    limit = max(Self.freeSize, size.multipliedReportingOverflow(by: Self.ratio).partialValue)
    do throws(ExpanderFailure) {
      expander = try compression.makeExpander()
    } catch {
      throw FixtureError([
        FixtureFault(.unreadableFile, file: path, found: error.found, expected: "more memory")
      ])
    }
  }

  func next() throws -> [UInt8]? {
    guard !isEnded else { return nil }
    let output = try [UInt8](unsafeUninitializedCapacity: ByteSource.chunkSize) { buffer, count in
      while count < buffer.count, !isEnded {
        if position == input.count, !isFull {
          try fill()
          continue
        }
        count += try step(into: UnsafeMutableBufferPointer(rebasing: buffer[count...]))
      }
    }
    total += output.count
    guard total <= limit else {
      throw fault(
        "a file that expands to more than \(limit / (1 << 20)) MiB, over \(Self.ratio) times its size",
        "a smaller file, or the file without compression")
    }
    return output.isEmpty ? nil : output
  }

  private func fill() throws {
    position = 0
    if let chunk = try source.next() {
      input = chunk
    } else {
      input = []
      isEnded = true
      if !isComplete { throw fault("truncated \(compression.contents)", "a complete file") }
    }
  }

  private func step(into output: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    if isComplete, compression == .gzip, !isFull, isPadded || input[position] == 0 {
      // gzip ignores zeros after the data, with which tape drives filled their blocks.
      isPadded = true
      guard input[position...].allSatisfy({ $0 == 0 }) else {
        throw fault("other bytes after gzip data", "gzip data")
      }
      position = input.count
      return 0
    }
    let step: ExpanderStep
    do {
      step = try input.withUnsafeMutableBufferPointer { bytes in
        try expander.expand(UnsafeMutableBufferPointer(rebasing: bytes[position...]), into: output)
      }
    } catch let error as ExpanderFailure {
      throw fault(error.found, error.expected ?? compression.contents)
    }
    position += step.consumed
    if step.consumed + step.produced > 0 { isComplete = step.isEnd }
    isFull = step.produced == output.count && !step.isEnd
    guard step.consumed + step.produced > 0 || position == input.count else {
      throw fault("damaged data", compression.contents)
    }
    return step.produced
  }

  private func fault(_ found: String, _ expected: String) -> FixtureError {
    FixtureError([FixtureFault(.malformedFile, file: path, found: found, expected: expected)])
  }
}
