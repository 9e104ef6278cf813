import Glibc
import Postgres
import Threads

extension Doctor {
  /// The time limit for connecting to one address.
  private static let portLimit = Duration.seconds(3)

  /// Checks that the host name resolves and that the port accepts connections.
  func reach(_ configuration: PostgresConfiguration, _ report: inout DoctorReport) async {
    guard let host = configuration.host else {
      let reason = "no host is configured; libpq uses its default"
      report[.nameResolution] = .skipped(reason)
      report[.port] = .skipped(reason)
      return
    }
    let portList = (configuration.port ?? "5432").split(separator: ",").map(String.init)
    // One port for each host, or one for all hosts, as in libpq.
    let ends = host.split(separator: ",").enumerated().map { index, host in
      (host: String(host), port: index < portList.count ? portList[index] : portList.first ?? "5432")
    }
    var addresses: [(port: String, address: Reachability.Address)] = []
    var unknown: [String] = []
    for (host, port) in ends {
      if host.hasPrefix("/") {
        addresses.append((port, Reachability.socket(at: "\(host)/.s.PGSQL.\(port)")))
        continue
      }
      do {
        let found = try await TimeLimit.run(Self.limit) {
          try await Reachability.addresses(of: host, port: port)
        }
        addresses += found.map { (port, $0) }
      } catch is TimeLimit.Exceeded {
        unknown.append("'\(host)': name resolution did not finish within \(Text.duration(Self.limit))")
      } catch {
        unknown.append("'\(host)': \(error)")
      }
    }
    report[.nameResolution] = Self.names(ends.map(\.host), addresses.map(\.address.text), unknown)
    report[.port] =
      addresses.isEmpty
      ? .skipped("the host name was not resolved") : await ports(addresses)
  }

  private static func names(_ hosts: [String], _ addresses: [String], _ unknown: [String]) -> DoctorVerdict {
    if hosts.allSatisfy({ $0.hasPrefix("/") }) { return .skipped("not needed for a Unix socket") }
    guard unknown.isEmpty else {
      return .failure(
        "no address of \(unknown.joined(separator: ", "))",
        fix: "correct the host in DATABASE_URL, or make it resolvable: check 'getent hosts NAME'")
    }
    var texts: [String] = []
    for address in addresses where !texts.contains(address) { texts.append(address) }
    return .ok("\(hosts.joined(separator: ", ")): \(texts.joined(separator: ", "))")
  }

  /// Succeeds if one address accepts connections, as libpq does.
  private func ports(_ addresses: [(port: String, address: Reachability.Address)]) async -> DoctorVerdict {
    var failures: [String] = []
    var numbers: Set<Int32> = []
    for (port, address) in addresses {
      let isSocket = address.text.hasPrefix("/")
      let shown = isSocket ? address.text : "\(address.text) port \(port)"
      do {
        try await Reachability.connect(to: address, within: Self.portLimit)
        return .ok("\(shown) accepts connections")
      } catch let error as Reachability.Failure {
        failures.append("\(shown): \(error)")
        numbers.insert(error.number)
      } catch {
        failures.append("\(shown): \(error)")
      }
    }
    let fix =
      if numbers.contains(ECONNREFUSED) {
        "start the server, or correct the port in DATABASE_URL"
      } else if numbers.contains(ENOENT) {
        "start the server, or correct the socket folder, which does not exist"
      } else if numbers.contains(EACCES) {
        "grant this user access to the socket folder, or connect over TCP"
      } else {
        "check firewalls, security groups and routes: packets do not reach the server"
      }
    return .failure(failures.joined(separator: "\n"), fix: fix)
  }
}
