import Embeddings
import Postgres
import RateLimiter
import SeedCLI
import SeedKit
import TraceStore

/// Checks of the services other than the database.
enum ServiceChecks {
  /// The Redis server for the rate limits of `trace-server`.
  static let redis = CommandModule.DoctorCheck("redis", topic: "Redis") { context in
    if let fault = context.fault(of: .redisURL) {
      return .skipped("its connection string is invalid: see \(fault.place)")
    }
    guard let url = context.settings[.redisURL]?.value else {
      return .skipped("REDIS_URL is not set: each server has its own rate limits")
    }
    do {
      let info = try await RedisProbe(
        url: url, password: try context.settings.redisPassword()?.value,
        authorities: context.settings[.redisCAFile], timeout: .seconds(2)
      ).run()
      let version = "Redis \(info.version)"
      if info.isReplica {
        return .failure(
          "\(version) is a replica, which rejects writes", fix: "set REDIS_URL to the primary")
      }
      if info.isCluster {
        return .failure(
          "\(version) is part of a cluster", fix: "set REDIS_URL to a Redis without cluster mode")
      }
      guard info.runsScripts else {
        return .failure(
          "\(version) does not run scripts", fix: "allow the user of REDIS_URL to run EVALSHA and EVAL")
      }
      return .ok("\(version) responds and runs scripts")
    } catch let error as RedisFailure {
      return .failure(
        error.description,
        fix: "start Redis or correct REDIS_URL; until then RATE_LIMIT_ON_FAILURE applies")
    } catch let error as RateLimitError {
      return .failure(error.message, fix: "correct REDIS_URL")
    }
  }

  /// The embedding provider. Embeds one text, which also validates the response.
  static let embedding = CommandModule.DoctorCheck("embedding", topic: "the embedding provider") { context in
    do {
      let provider = try EmbeddingProviders.make(context.settings, for: .questions)
      let vectors = try await provider.vectors(for: [.query("a deadlock between two transactions")])
      let how = provider is LocalEmbeddingProvider ? "works offline" : "responds"
      return .ok(
        "'\(provider.model.id)' (version \(provider.model.version)), \(how): "
          + "\(vectors.first?.components.count ?? 0) dimensions")
    } catch let error as EmbeddingServiceError {
      return .failure(
        error.message,
        fix: error.fix
          ?? "check the service, EMBEDDING_BASE_URL and the other EMBEDDING_ variables")
    }
  }
}
