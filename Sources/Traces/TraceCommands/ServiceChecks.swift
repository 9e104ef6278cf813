import Embeddings
import Postgres
import RateLimiter
import SeedCLI
import SeedKit
import TraceStore

/// The checks of the services that stand beside the database.
enum ServiceChecks {
  /// The Redis that keeps the rate limits of `trace-server`.
  static let redis = CommandModule.DoctorCheck("redis", topic: "Redis") { context in
    if let fault = context.fault(of: .redisURL) {
      return .skipped("its connection string cannot be used: see \(fault.place)")
    }
    guard let url = context.settings[.redisURL]?.value else {
      return .skipped("REDIS_URL is not set: each server keeps its own rate limits")
    }
    do {
      let info = try await RedisProbe(url: url, timeout: .seconds(2)).run()
      let version = "Redis \(info.version)"
      if info.isReplica {
        return .failure(
          "\(version), a replica, which refuses writes", fix: "let REDIS_URL name the primary")
      }
      if info.isCluster {
        return .failure(
          "\(version), part of a cluster", fix: "let REDIS_URL name a Redis that is no cluster")
      }
      guard info.runsScripts else {
        return .failure(
          "\(version) runs no scripts", fix: "allow the user of REDIS_URL the command EVALSHA")
      }
      return .ok("\(version) answers and runs scripts")
    } catch let error as RedisFailure {
      return .failure(
        error.description,
        fix: "start Redis or correct REDIS_URL; until then RATE_LIMIT_ON_FAILURE decides what happens")
    } catch let error as RateLimitError {
      return .failure(error.message, fix: "correct REDIS_URL")
    }
  }

  /// What makes vectors of texts: asked for one, whose form it checks itself.
  static let embedding = CommandModule.DoctorCheck("embedding", topic: "the embedding provider") { context in
    do {
      let provider = try EmbeddingProviders.make(context.settings, for: .questions)
      let vectors = try await provider.vectors(for: [.query("a deadlock between two transactions")])
      let how = provider is LocalEmbeddingProvider ? "works offline" : "answers"
      return .ok(
        "'\(provider.model.id)' (version \(provider.model.version)), \(how): "
          + "\(vectors.first?.components.count ?? 0) dimensions")
    } catch let error as EmbeddingServiceError {
      return .failure(
        error.message,
        fix: error.fix
          ?? "look at EMBEDDING_BASE_URL and the other EMBEDDING_ variables, and at the service")
    }
  }
}
