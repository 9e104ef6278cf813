/// Appends text without allocating strings.
extension [UInt8] {
  @inline(__always)
  mutating func append(literal: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  @inline(__always)
  mutating func append(ascii scalar: Unicode.Scalar) {
    append(UInt8(truncatingIfNeeded: scalar.value))
  }

  /// Appends a number in decimal.
  mutating func append(decimal value: Int) {
    if value < 0 { append(0x2D) }
    append(digits: value.magnitude, width: 1)
  }

  /// Appends a number in decimal with leading zeros up to a width of at most 20.
  mutating func append(digits value: UInt, width: Int) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
      var start = 20
      var rest = value
      repeat {
        start -= 1
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        buffer[start] = 0x30 | UInt8(truncatingIfNeeded: digit)
        rest = quotient
      } while rest > 0
      while 20 - start < width {
        start -= 1
        buffer[start] = 0x30
      }
      append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start..<20]))
    }
  }

  /// Appends the lowest hexadecimal digits of a number, in lower case.
  mutating func append(hex value: UInt64, digits: Int) {
    var shift = UInt64(digits) * 4
    while shift > 0 {
      shift -= 4
      let digit = UInt8(truncatingIfNeeded: (value >> shift) & 15)
      append(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
  }

  /// Appends the bytes of a part of an array.
  @inline(__always)
  mutating func append(_ bytes: [UInt8], _ range: Range<Int>) {
    bytes.withUnsafeBufferPointer { append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
  }
}
