import CZlib
import CZstd
import FoundationEssentials
import SeedTesting
import Testing

@testable import SeedKit

@Suite("Compressed files")
struct CompressionTests {
  static func gzip(_ bytes: [UInt8], level: Int32 = 9) -> [UInt8] {
    var stream = z_stream()
    // On one thread and without moving, so that zlib's pointer to it stays valid.
    return withUnsafeMutablePointer(to: &stream) { stream in
      deflateInit2_(
        stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
      defer { deflateEnd(stream) }
      var input = bytes
      let room = Int(deflateBound(stream, UInt(bytes.count)))
      return input.withUnsafeMutableBufferPointer { input in
        [UInt8](unsafeUninitializedCapacity: room) { output, count in
          stream.pointee.next_in = input.baseAddress
          stream.pointee.avail_in = UInt32(input.count)
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(room)
          _ = deflate(stream, Z_FINISH)
          count = room - Int(stream.pointee.avail_out)
        }
      }
    }
  }

  static func zstandard(_ bytes: [UInt8], level: Int32 = 3) -> [UInt8] {
    let room = ZSTD_compressBound(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: room) { output, count in
      count = bytes.withUnsafeBytes {
        ZSTD_compress(output.baseAddress, room, $0.baseAddress, $0.count, level)
      }
    }
  }

  /// The expanded bytes.
  private func expand(_ bytes: [UInt8], _ compression: Compression, part: Int = 1 << 20) throws -> [UInt8] {
    let stream = try ExpandedBytes(
      Parts(bytes, size: part), size: bytes.count, compression: compression, path: "t")
    var result: [UInt8] = []
    while let chunk = try stream.next() { result += chunk }
    #expect(try stream.next() == nil)
    return result
  }

  private func fault(_ bytes: [UInt8], _ compression: Compression, part: Int = 1 << 20) -> String? {
    do {
      _ = try expand(bytes, compression, part: part)
      return nil
    } catch {
      return (error as? FixtureError)?.faults.first.map(\.description) ?? "\(error)"
    }
  }

  private static let text = Array(
    (0..<2_000).map { "row \($0 * 7_919 % 1_009)\n" }.joined().utf8)

  @Test("are expanded from parts of any size", arguments: Compression.allCases)
  func parts(_ compression: Compression) throws {
    let compress = { (bytes: [UInt8]) in compression == .gzip ? Self.gzip(bytes) : Self.zstandard(bytes) }
    for part in [1, 7, 100, 1 << 20] {
      #expect(try expand(compress(Self.text), compression, part: part) == Self.text)
      #expect(try expand(compress([]), compression, part: part) == [])
      // Several in one file, as `cat a.gz b.gz` makes them.
      let several = compress(Self.text) + compress([]) + compress([0, 1])
      #expect(try expand(several, compression, part: part) == Self.text + [0, 1])
    }
    // The end of the data is the end of a chunk, or near it.
    for size in [ByteSource.chunkSize - 1, ByteSource.chunkSize, 2 * ByteSource.chunkSize + 1] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
      #expect(try expand(compress(bytes), compression) == bytes)
    }
  }

  @Test("are rejected if they are cut, damaged, or followed by other bytes", arguments: Compression.allCases)
  func damaged(_ compression: Compression) throws {
    let contents = compression.contents
    let bytes = compression == .gzip ? Self.gzip(Self.text) : Self.zstandard(Self.text)
    for size in [0, 1, 2, 9, 10, 11, bytes.count / 2, bytes.count - 8, bytes.count - 1] {
      let found = fault(Array(bytes[..<size]), compression, part: 3)
      #expect(found == "t: found truncated \(contents); expected a complete file", "\(size)")
    }
    #expect(fault(Array("id,a\n1,x\n".utf8), compression)?.hasPrefix("t: found damaged data (") == true)
    #expect(fault(bytes + Array("x".utf8) + bytes, compression)?.contains("found") == true)
    if compression == .gzip {
      #expect(try expand(bytes + [0, 0, 0], compression) == Self.text)
      #expect(try expand(bytes + [0, 0, 0], compression, part: 1) == Self.text)
      for part in [1, 1 << 20] {
        #expect(
          fault(bytes + [0] + bytes, compression, part: part)
            == "t: found other bytes after gzip data; expected gzip data")
      }
      #expect(
        fault(bytes + [0, 0, 1], compression) == "t: found other bytes after gzip data; expected gzip data")
    }
  }

  @Test("are rejected if they expand to much more than their size", arguments: Compression.allCases)
  func bombs(_ compression: Compression) throws {
    let small = [UInt8](repeating: 0x61, count: 60 << 20)
    let large = small + small
    let compress = { (bytes: [UInt8]) in compression == .gzip ? Self.gzip(bytes) : Self.zstandard(bytes) }
    #expect(fault(compress(small), compression) == nil)
    #expect(
      fault(compress(large), compression)
        == "t: found a file that expands to more than 64 MiB, over 500 times its size; expected a smaller file, or the file without compression"
    )
    // A file of half the allowed ratio.
    let noise = (0..<(1 << 19)).map { _ in UInt8.random(in: 0...255) }
    #expect(fault(compress(noise) + compress(large), compression) == nil)
  }

  @Test("with a window that needs too much memory are rejected")
  func window() {
    let bytes = (0..<(40 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1)
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 27)
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
    let room = ZSTD_compressBound(bytes.count)
    let result = [UInt8](unsafeUninitializedCapacity: room) { output, count in
      bytes.withUnsafeBytes { input in
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count / 2, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: room, pos: 0)
        _ = ZSTD_compressStream2(context, &target, &source, ZSTD_e_continue)
        source.size = input.count
        _ = ZSTD_compressStream2(context, &target, &source, ZSTD_e_end)
        count = target.pos
      }
    }
    #expect(
      fault(result, .zstandard)
        == "t: found a window of more than 32 MiB; expected a file compressed without --ultra and --long")
  }

  @Test("of all formats are loaded, with their overlays, and not again")
  func formats() async throws {
    let tables =
      #"{table: "t", files: ["1.csv.gz", "2.json.gz", "3.jsonl.zst", "4.TSV.GZ", "5.csv.zst"], key: "id"}"#
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text)", tables: tables, files: [:]
    ) { folder in
      try folder.write(Self.gzip(Array("\u{FEFF}id,a\n1,csv\n".utf8)), to: "1.csv.gz")
      try folder.write(Self.gzip(Array(#"[{"id": 2, "a": "json"}]"#.utf8)), to: "2.json.gz")
      try folder.write(Self.zstandard(Array("{\"id\": 3, \"a\": \"jsonl\"}\n".utf8)), to: "3.jsonl.zst")
      try folder.write(Self.gzip(Array("id\ta\n4\ttsv\n".utf8)), to: "4.TSV.GZ")
      try folder.write(Self.zstandard(Array("id,a\n5,\n".utf8)), to: "5.csv.zst")
      try folder.write(Self.gzip(Array("id,a\n1,test\n".utf8)), to: "1.test.csv.gz")
      #expect(try await folder.counts().inserted == 5)
      let query = "SELECT ARRAY[id::text, a] FROM t ORDER BY id"
      #expect(try await folder.rows(query) == ["1│test", "2│json", "3│jsonl", "4│tsv", "5│∅"])
      let before = try await folder.versions()
      try folder.write(Self.zstandard(Array("id,a\n5,\n".utf8), level: 19), to: "5.csv.zst")
      #expect(try await folder.counts().unchanged == 5)
      #expect(try await folder.versions() == before)
      try folder.write(Array("id,a\n5,\n".utf8), to: "5.csv.zst")
      let faults = try await folder.faults()
      #expect(
        faults.first
          == "5.csv.zst: found damaged data (Unknown frame descriptor); expected Zstandard data")
    }
  }

  @Test("with a dialect and an encoding are loaded directly into a table that is owned as a whole")
  func direct() async throws {
    try await SeederFolder.with(
      "CREATE TABLE t (id int PRIMARY KEY, a text)",
      tables:
        #"{table: "t", files: "t.gz", format: "csv", header: ["id", "a"], encoding: "utf-16", key: "id", ownership: "table"}"#,
      files: [:]
    ) { folder in
      let text = "\u{FEFF}1,Frühling\r\n2,\r\n".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
      try folder.write(Self.gzip(text), to: "t.gz")
      let (counts, notes) = try await folder.noted()
      #expect(counts.inserted == 2 && notes.isEmpty, "\(notes)")
      #expect(try await folder.rows("SELECT ARRAY[id::text, a] FROM t ORDER BY id") == ["1│Frühling", "2│∅"])
      #expect(try await folder.counts().unchanged == 2)
    }
  }

  @Test("are decoded by FixtureFile")
  func decoding() throws {
    struct Row: Decodable, Equatable {
      let id: Int
      let a: String?
    }
    let file = FixtureFile(name: "t.tsv.gz", bytes: Self.gzip(Array("id\ta\n1\t\n2\tx\n".utf8)))
    #expect(try file.decode([Row].self) == [Row(id: 1, a: nil), Row(id: 2, a: "x")])
  }

  private static func damage(_ bytes: inout [UInt8], using random: inout SplitMix) {
    for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.removeSubrange(place...)
      case 2: bytes.insert(0, at: place)
      default: bytes += [UInt8](repeating: 0, count: 3)
      }
    }
  }

  @Test(
    "that are damaged at random give the same bytes as with Python's zlib, or are rejected by both",
    .enabled(if: Python.isInstalled))
  func fuzz() async throws {
    let script = """
      import base64, json, sys, zlib
      results = []
      for data in json.load(open(sys.argv[1])):
          rest, result = base64.b64decode(data), b""
          try:
              while True:
                  stream = zlib.decompressobj(31)
                  result += stream.decompress(rest) + stream.flush()
                  if not stream.eof: raise ValueError
                  rest = stream.unused_data
                  if not rest.strip(b"\\0"): break
                  if rest[0] == 0: raise ValueError
              results.append(base64.b64encode(result).decode())
          except (zlib.error, ValueError):
              results.append(None)
      json.dump(results, sys.stdout)
      """
    var random = SplitMix(state: 3)
    for _ in 0..<Python.rounds {
      let cases = (0..<1_000).map { number in
        let texts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
          Array(Self.text.prefix(Int.random(in: 0...300, using: &random)))
        }
        var bytes = texts.flatMap { Self.gzip($0, level: Int32(number % 10)) }
        Self.damage(&bytes, using: &random)
        return Data(bytes)
      }
      let expected = try await Python.run(script, on: cases, as: [Data?].self)
      #expect(expected.contains { $0 == nil } && expected.contains { $0 != nil })
      for (bytes, result) in zip(cases, expected) {
        for part in [1, 50, 10_000] {
          let found = try? expand(Array(bytes), .gzip, part: part)
          #expect(found == result.map { Array($0) }, "\(bytes.base64EncodedString()), parts of \(part)")
        }
        let plain = Array(Self.text.prefix(Int.random(in: 0...300, using: &random)))
        let whole = Self.zstandard(plain)
        var damaged = whole
        Self.damage(&damaged, using: &random)
        let found = try? expand(damaged, .zstandard, part: Int.random(in: 1...200, using: &random))
        // Damaged Zstandard data without a checksum may expand to other bytes.
        if damaged == whole { #expect(found == plain) }
      }
    }
  }
}
