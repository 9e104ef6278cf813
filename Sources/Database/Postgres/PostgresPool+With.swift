extension PostgresPool {
  /// Makes a pool, lends it to `body` and closes it, whatever happens.
  ///
  /// - Parameters:
  ///   - configuration: what to connect with.
  ///   - maximumConnections: at least 1.
  ///   - body: what to do; it must not keep the pool.
  /// - Throws: what `body` throws.
  @discardableResult
  public static func with<Result>(
    _ configuration: PostgresConfiguration, maximumConnections: Int,
    _ body: (PostgresPool) async throws -> Result
  ) async throws -> Result {
    let pool = PostgresPool(configuration: configuration, maximumConnections: maximumConnections)
    do {
      let result = try await body(pool)
      await pool.close()
      return result
    } catch {
      await pool.close()
      throw error
    }
  }
}

extension PostgresConnection {
  /// Connects, lends the connection to `body` and closes it, whatever happens.
  ///
  /// - Throws: what `body` throws; else as ``connect(_:)``.
  @discardableResult
  public static func with<Result>(
    _ configuration: PostgresConfiguration, _ body: (PostgresConnection) async throws -> Result
  ) async throws -> Result {
    let connection = try await connect(configuration)
    do {
      let result = try await body(connection)
      await connection.close()
      return result
    } catch {
      await connection.close()
      throw error
    }
  }
}
