import CZlib
import CZstd

/// The compression of a file, by its extension.
enum Compression: String, CaseIterable {
  case gzip = ".gz"
  case zstandard = ".zst"

  /// For error messages.
  static let endings = allCases.map(\.rawValue).joined(separator: " or ")

  /// The compression of a file name; nil for an uncompressed file.
  init?(fileName: String) {
    let name = fileName.lowercased()
    guard let found = Self.allCases.first(where: { name.hasSuffix($0.rawValue) }) else { return nil }
    self = found
  }

  /// Splits a file name into the name of the uncompressed file and the extension of the compression, which may be empty.
  static func split(_ fileName: String) -> (name: Substring, ending: Substring) {
    let length = Self(fileName: fileName)?.rawValue.count ?? 0
    return (fileName.dropLast(length), fileName.suffix(length))
  }

  /// What a file contains, for error messages.
  var contents: String {
    switch self {
    case .gzip: "gzip data"
    case .zstandard: "Zstandard data"
    }
  }

  func makeExpander() throws(ExpanderFailure) -> any Expander {
    switch self {
    case .gzip: try GzipExpander()
    case .zstandard: try ZstandardExpander()
    }
  }
}

/// Expands compressed data step by step.
protocol Expander: AnyObject {
  /// Expands a part of the input into a part of the output.
  func expand(
    _ input: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(ExpanderFailure) -> ExpanderStep
}

struct ExpanderStep {
  let consumed: Int
  let produced: Int
  /// Whether the compressed data is complete. More may follow.
  let isEnd: Bool
}

struct ExpanderFailure: Error {
  let found: String
  var expected: String?
}

/// gzip, by zlib.
private final class GzipExpander: Expander {
  /// zlib keeps a pointer to it.
  private let stream: UnsafeMutablePointer<z_stream>

  init() throws(ExpanderFailure) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // The largest window, and the header of gzip.
    let result = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard result == Z_OK else { throw ExpanderFailure(found: "no memory for zlib") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func expand(
    _ input: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(ExpanderFailure) -> ExpanderStep {
    stream.pointee.next_in = input.baseAddress
    stream.pointee.avail_in = UInt32(clamping: input.count)
    stream.pointee.next_out = output.baseAddress
    stream.pointee.avail_out = UInt32(clamping: output.count)
    let result = inflate(stream, Z_NO_FLUSH)
    let step = ExpanderStep(
      consumed: input.count - Int(stream.pointee.avail_in),
      produced: output.count - Int(stream.pointee.avail_out), isEnd: result == Z_STREAM_END)
    switch result {
    // Z_BUF_ERROR: more input is needed.
    case Z_OK, Z_BUF_ERROR: return step
    case Z_STREAM_END:
      inflateReset(stream)
      return step
    default:
      let reason = stream.pointee.msg.map { " (\(String(cString: $0)))" } ?? ""
      throw ExpanderFailure(found: "damaged data\(reason)")
    }
  }
}

/// Zstandard, by libzstd.
private final class ZstandardExpander: Expander {
  /// 32 MiB, what `zstd` uses up to level 20. Larger windows would need too much memory.
  private static let windowLog: Int32 = 25
  private let stream: OpaquePointer

  init() throws(ExpanderFailure) {
    guard let stream = ZSTD_createDStream() else { throw ExpanderFailure(found: "no memory for libzstd") }
    self.stream = stream
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.windowLog)
  }

  deinit { ZSTD_freeDStream(stream) }

  func expand(
    _ input: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
  ) throws(ExpanderFailure) -> ExpanderStep {
    var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = ZSTD_decompressStream(stream, &target, &source)
    guard ZSTD_isError(result) == 0 else {
      let reason = String(cString: ZSTD_getErrorName(result))
      let isTooLarge = reason.contains("memory")
      throw ExpanderFailure(
        found: isTooLarge
          ? "a window of more than \(1 << (Self.windowLog - 20)) MiB" : "damaged data (\(reason))",
        expected: isTooLarge ? "a file compressed without --ultra and --long" : nil)
    }
    // Without input, a result of 0 is that of the last step.
    return ExpanderStep(
      consumed: source.pos, produced: target.pos, isEnd: result == 0 && source.pos + target.pos > 0)
  }
}
