import Glibc

/// A network of IPv4 or IPv6 addresses, such as `10.0.0.0/8`, or a single address.
public struct IPNetwork: Hashable, Sendable {
  private let address: [UInt8]
  private let length: Int

  /// Parses a network. Returns nil if it is malformed.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let address = Self.bytes(of: String(parts[0])) else { return nil }
    self.address = address
    guard parts.count == 2 else {
      length = address.count * 8
      return
    }
    guard parts[1].utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
      let number = Int(parts[1]),
      number <= address.count * 8
    else { return nil }
    length = number
  }

  /// Parses a list of networks, separated by commas. Returns nil if one is malformed.
  public static func list(_ text: String) -> [IPNetwork]? {
    let parts = text.split(separator: ",").map { $0.filter { $0 != " " } }
    let networks = parts.compactMap { IPNetwork($0) }
    return networks.count == parts.count ? networks : nil
  }

  /// Whether the network contains an address. An IPv4-mapped IPv6 address counts as the IPv4 address.
  public func contains(_ text: String) -> Bool {
    guard let other = Self.bytes(of: text), other.count == address.count else { return false }
    let whole = length / 8
    guard address.prefix(whole) == other.prefix(whole) else { return false }
    let rest = length % 8
    return rest == 0 || (address[whole] ^ other[whole]) >> UInt8(8 - rest) == 0
  }

  /// The address in its usual form; nil if the text is not an address.
  public static func canonical(_ text: String) -> String? {
    guard let bytes = bytes(of: text) else { return nil }
    var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &buffer, socklen_t(buffer.count)) != nil
    else {
      return nil
    }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func bytes(of text: String) -> [UInt8]? {
    var four = [UInt8](repeating: 0, count: 4)
    if inet_pton(AF_INET, text, &four) == 1 { return four }
    var sixteen = [UInt8](repeating: 0, count: 16)
    guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
    let isMapped = sixteen.prefix(10).allSatisfy { $0 == 0 } && sixteen[10] == 0xFF && sixteen[11] == 0xFF
    return isMapped ? Array(sixteen.suffix(4)) : sixteen
  }
}
