import TraceStore

/// What is wrong with a vector.
public enum EmbeddingFault: Hashable, Sendable, CustomStringConvertible {
  /// It has another number of components than the column.
  case dimensions(Int)
  /// So many of its components are infinite or not a number.
  case notFinite(Int)
  /// All of its components are zero: it has no direction, so no distance to anything.
  case zero
  /// It has another length than 1.
  case norm(Double)
  /// One of its components is no number but this.
  case notNumbers(String)

  /// How far from 1 a length may be: far more than single precision loses, far less than would matter.
  static let tolerance = 0.001

  /// Judges a vector; nil if there is nothing wrong with it.
  public init?(in components: [Float]) {
    guard components.count == TraceIndex.dimensions else {
      self = .dimensions(components.count)
      return
    }
    guard components.allSatisfy(\.isFinite) else {
      self = .notFinite(components.count { !$0.isFinite })
      return
    }
    // In double precision, where squares of single precision neither overflow nor vanish.
    let norm = components.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard norm > 0 else {
      self = .zero
      return
    }
    guard abs(norm - 1) <= Self.tolerance else {
      self = .norm(norm)
      return
    }
    return nil
  }

  /// What was found, and what was expected.
  public var description: String {
    switch self {
    case .dimensions(let count): "found \(count) dimensions, expected \(TraceIndex.dimensions)"
    case .notFinite(let count): "\(count) component\(count == 1 ? " is" : "s are") not finite"
    case .zero: "all components are zero"
    case .norm(let norm): "found length \(norm), expected 1"
    case .notNumbers(let kind): "found \(kind) among the components, expected numbers"
    }
  }
}
