import TraceStore

/// A reason why a vector is invalid.
public enum EmbeddingFault: Hashable, Sendable, CustomStringConvertible {
  /// The number of components differs from the column's.
  case dimensions(Int)
  /// Some components are infinite or NaN; their number.
  case notFinite(Int)
  /// All components are zero, so the vector has no direction and no cosine distance.
  case zero
  /// The length is not 1.
  case norm(Double)
  /// A component is not a number; the JSON type that was found.
  case notNumbers(String)

  /// How much a length may differ from 1: far more than rounding in single precision, far less than affects search.
  static let tolerance = 0.001

  /// Checks a vector. Returns nil if it is valid.
  public init?(in components: [Float]) {
    guard components.count == TraceIndex.dimensions else {
      self = .dimensions(components.count)
      return
    }
    guard components.allSatisfy(\.isFinite) else {
      self = .notFinite(components.count { !$0.isFinite })
      return
    }
    // In double precision, because squares of single-precision values may overflow or underflow.
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

  /// What was found and what was expected.
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
