import Embeddings
import RateLimiter
import SeedKit

/// The dependencies of middleware and controllers.
final class Services: Sendable {
  let options: TraceServer.Options
  let startup: StartupSeeding
  let provider: any EmbeddingProvider
  let store: Store
  let limiter: any RateLimiter
  let metrics = Metrics()
  let backlog = BacklogCache()
  let log: @Sendable (LogEvent) -> Void

  init(
    options: TraceServer.Options, startup: StartupSeeding, provider: any EmbeddingProvider, store: Store,
    limiter: any RateLimiter, log: @escaping @Sendable (LogEvent) -> Void
  ) {
    self.options = options
    self.startup = startup
    self.provider = provider
    self.store = store
    self.limiter = limiter
    self.log = log
  }
}
