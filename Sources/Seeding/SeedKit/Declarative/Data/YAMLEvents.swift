import CYaml

/// The events of a YAML document, by libyaml. It holds only a small part of the file in memory.
final class YAMLEvents {
  /// An event with what the reader of records needs of it.
  struct Event {
    enum Kind {
      case streamStart, streamEnd, documentStart, documentEnd, alias, sequenceStart, sequenceEnd,
        mappingStart,
        mappingEnd
      /// Whether the scalar is plain: neither quoted nor a block.
      case scalar(String, isPlain: Bool)
    }

    let kind: Kind
    let position: SourcePosition
    /// The name of an anchor or alias.
    var anchor: String?
    var tag: String?
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let source: any ByteStream
  private let path: String
  private let encodingSetting: String?
  private var chunk: [UInt8] = []
  private var offset = 0
  private var isBegun = false
  private var failure: (any Error)?
  /// The number of bytes that were delivered.
  private(set) var delivered = 0
  /// The number of bytes after which reading fails, because a record is too large.
  var limit = Int.max

  /// - Parameter encodingSetting: the setting for another encoding than UTF-8; nil if there is none.
  init(_ source: any ByteStream, path: String, encodingSetting: String?) {
    self.source = source
    self.path = path
    self.encodingSetting = encodingSetting
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input(
      parser,
      { data, buffer, size, count in
        guard let data, let buffer, let count else { return 0 }
        let events = Unmanaged<YAMLEvents>.fromOpaque(data).takeUnretainedValue()
        let room = UnsafeMutableBufferPointer(start: buffer, count: size)
        return events.read(into: room, count: &count.pointee)
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event.
  ///
  /// - Throws: ``FixtureError`` for invalid YAML; errors of the file.
  func next() throws -> Event {
    var raw = yaml_event_t()
    guard yaml_parser_parse(parser, &raw) == 1 else { throw failure ?? syntaxError }
    defer { yaml_event_delete(&raw) }
    let position = SourcePosition(line: Int(raw.start_mark.line) + 1, column: Int(raw.start_mark.column) + 1)
    func event(
      _ kind: Event.Kind, anchor: UnsafeMutablePointer<UInt8>? = nil, tag: UnsafeMutablePointer<UInt8>? = nil
    ) -> Event {
      Event(
        kind: kind, position: position, anchor: anchor.map { String(cString: $0) },
        tag: tag.map { String(cString: $0) })
    }
    switch raw.type {
    case YAML_STREAM_START_EVENT: return event(.streamStart)
    case YAML_DOCUMENT_START_EVENT: return event(.documentStart)
    case YAML_DOCUMENT_END_EVENT: return event(.documentEnd)
    case YAML_ALIAS_EVENT: return event(.alias, anchor: raw.data.alias.anchor)
    case YAML_SEQUENCE_START_EVENT:
      return event(.sequenceStart, anchor: raw.data.sequence_start.anchor, tag: raw.data.sequence_start.tag)
    case YAML_SEQUENCE_END_EVENT: return event(.sequenceEnd)
    case YAML_MAPPING_START_EVENT:
      return event(.mappingStart, anchor: raw.data.mapping_start.anchor, tag: raw.data.mapping_start.tag)
    case YAML_MAPPING_END_EVENT: return event(.mappingEnd)
    case YAML_SCALAR_EVENT:
      let scalar = raw.data.scalar
      guard scalar.length <= RecordLimits.size else { throw tooLarge }
      let text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
      return event(.scalar(text, isPlain: isPlain), anchor: scalar.anchor, tag: scalar.tag)
    default: return event(.streamEnd)
    }
  }

  /// Delivers bytes to libyaml. Returns 0 for an error.
  private func read(into buffer: UnsafeMutableBufferPointer<UInt8>, count: inout Int) -> Int32 {
    count = 0
    do {
      while offset == chunk.count {
        guard let next = try source.next() else { return 1 }
        offset = 0
        chunk = isBegun ? next : TextEncodingCheck.withoutMark(next)
        if !isBegun { try RecordFile.checkEncoding(of: next, path: path, setting: encodingSetting) }
        isBegun = true
      }
      guard delivered < limit else { throw tooLarge }
    } catch {
      failure = error
      return 0
    }
    count = min(buffer.count, chunk.count - offset)
    _ = buffer.update(fromContentsOf: chunk[offset..<(offset + count)])
    offset += count
    delivered += count
    return 1
  }

  /// The error for a record beyond ``RecordLimits/size``.
  var tooLarge: FixtureError {
    FixtureError([
      FixtureFault(
        .malformedFile, file: path, line: Int(parser.pointee.mark.line) + 1,
        found:
          "a record of more than \(RecordLimits.size) bytes, counting \(RecordLimits.valueSize) more for each value and each key",
        expected: "a smaller record")
    ])
  }

  private var syntaxError: FixtureError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "invalid YAML"
    if parser.pointee.error == YAML_READER_ERROR {
      let isEncoding = problem.contains("UTF-8")
      let setting =
        isEncoding ? encodingSetting.map { _ in ", or " + DeclarativeSeeder.setting("\"encoding\"") } : nil
      return FixtureError([
        FixtureFault(
          .malformedFile, file: path,
          found:
            "\(isEncoding ? "bytes that are not UTF-8" : "a control character") at byte \(parser.pointee.problem_offset)",
          expected: "UTF-8 text" + (setting ?? ""))
      ])
    }
    let mark = parser.pointee.problem_mark
    let context = parser.pointee.context.map { " (\(String(cString: $0)))" } ?? ""
    return FixtureError([
      FixtureFault(
        .malformedFile, file: path, line: Int(mark.line) + 1, column: Int(mark.column) + 1,
        found: "invalid YAML: \(problem)\(context)", expected: "YAML")
    ])
  }
}
