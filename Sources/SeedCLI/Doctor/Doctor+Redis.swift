import RateLimiter
import SeedKit
import TraceStore

extension Doctor {
  /// The Redis that keeps the rate limits of `trace-server`.
  func redis() async throws -> DoctorVerdict {
    if let fault = faults.first(where: { $0.key == SettingKey.redisURL.name }) {
      return .skipped("its connection string cannot be used: see \(fault.place)")
    }
    guard let url = session.settings[.redisURL]?.value else {
      return .skipped("REDIS_URL is not set: each server keeps its own rate limits")
    }
    do {
      let answer = try await RedisProbe(url: url, timeout: .seconds(2)).run()
      let version = "Redis \(answer.version)"
      if answer.isReplica {
        return .failure(
          "\(version), a replica, which refuses writes", remedy: "let REDIS_URL name the primary")
      }
      if answer.isCluster {
        return .failure(
          "\(version), part of a cluster", remedy: "let REDIS_URL name a Redis that is no cluster")
      }
      guard answer.runsScripts else {
        return .failure(
          "\(version) runs no scripts", remedy: "allow the user of REDIS_URL the command EVALSHA")
      }
      return .ok("\(version) answers and runs scripts")
    } catch let error as RedisProbe.Failure {
      return .failure(
        error.description,
        remedy: "start Redis or correct REDIS_URL; until then RATE_LIMIT_ON_FAILURE decides what happens")
    } catch let error as RateLimitError {
      return .failure(error.message, remedy: "correct REDIS_URL")
    }
  }
}
