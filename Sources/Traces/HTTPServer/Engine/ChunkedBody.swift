/// A body with the transfer coding `chunked` (RFC 9112, section 7.1), decoded as it arrives.
///
/// It is as strict as the header: every line ends with CR LF, and nothing but a chunk extension follows a size. A proxy
/// that reads the same bytes therefore sees the same end of the body.
struct ChunkedBody {
  private enum Step {
    case size
    case data(left: Int)
    /// The CR LF after the data of a chunk.
    case end
    case trailer
    case complete
  }

  /// The data received so far.
  private(set) var bytes: [UInt8] = []
  private let options: HTTPServer.Options
  private var step = Step.size
  private var line: [UInt8] = []
  /// The size of all extensions and trailer fields so far.
  private var extra = 0

  init(options: HTTPServer.Options) { self.options = options }

  private static let malformed = Refusal(400, "The chunked request body is malformed.")

  /// Decodes more bytes. Ignores bytes after the end of the body.
  ///
  /// - Returns: whether the body is complete.
  mutating func append(_ received: some Collection<UInt8>) throws(Refusal) -> Bool {
    var rest = received[...]
    while true {
      switch step {
      case .complete: return true
      case .data(let left):
        let part = rest.prefix(left)
        bytes += part
        rest = rest.dropFirst(part.count)
        guard part.count == left else {
          step = .data(left: left - part.count)
          return false
        }
        step = .end
      case .size, .end, .trailer:
        guard let byte = rest.popFirst() else { return false }
        guard byte == UInt8(ascii: "\n") else {
          line.append(byte)
          guard line.count + extra <= options.headerLimit else {
            throw Refusal(400, "Chunk extensions and trailers are larger than \(options.headerLimit) bytes.")
          }
          continue
        }
        guard line.popLast() == UInt8(ascii: "\r"), HTTPSyntax.isFieldValue(line) else {
          throw Self.malformed
        }
        try endLine()
        line.removeAll(keepingCapacity: true)
      }
    }
  }

  private mutating func endLine() throws(Refusal) {
    switch step {
    case .size:
      let digits = line.prefix { Self.value(of: $0) != nil }
      let suffix = line.dropFirst(digits.count)
      guard !digits.isEmpty, suffix.isEmpty || suffix.first == UInt8(ascii: ";") else { throw Self.malformed }
      extra += suffix.count
      // More digits than this are zeros, or far too large.
      let size = digits.drop { $0 == UInt8(ascii: "0") }
      let number = size.reduce(0) { $0 << 4 | (Self.value(of: $1) ?? 0) }
      guard size.count < 12, bytes.count + number <= options.bodyLimit else {
        throw .bodyTooLarge(limit: options.bodyLimit)
      }
      step = number == 0 ? .trailer : .data(left: number)
    case .end:
      guard line.isEmpty else { throw Self.malformed }
      step = .size
    case .trailer:
      guard !line.isEmpty else {
        step = .complete
        return
      }
      extra += line.count
      // The fields are not used.
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), HTTPSyntax.isToken(line[..<colon]) else {
        throw Self.malformed
      }
    case .data, .complete: break
    }
  }

  private static func value(of digit: UInt8) -> Int? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(digit - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(digit - UInt8(ascii: "A")) + 10
    default: nil
    }
  }
}
