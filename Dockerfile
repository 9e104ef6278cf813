# syntax=docker/dockerfile:1
# trace-server and seed-runner in one image. compose.yaml runs it; Scripts/lint checks both.

ARG SWIFT_VERSION=6.3

FROM swift:${SWIFT_VERSION}-bookworm AS build
# Versions are not pinned, because Debian's repository keeps only the newest version of a package.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends \
    libcurl4-openssl-dev libhiredis-dev libmicrohttpd-dev libpq-dev libssl-dev libyaml-dev libzstd-dev \
    zlib1g-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# Package.swift needs all folders that it names.
COPY Package.swift ./
COPY Benchmarks Benchmarks
COPY Examples Examples
COPY Seeders Seeders
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product seed-runner \
  && swift build -c release --static-swift-stdlib --product trace-server

FROM debian:bookworm-slim
# Shared libraries of the programs, and CA certificates for TLS connections to the database.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends \
    ca-certificates libcurl4 libhiredis0.14 libmicrohttpd12 libpq5 libssl3 libstdc++6 libyaml-0-2 libzstd1 \
    zlib1g \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --no-create-home --shell /usr/sbin/nologin --uid 10001 seed
COPY --from=build /build/.build/release/seed-runner /build/.build/release/trace-server /usr/local/bin/
# The fixtures are part of the programs. The settings files are not.
COPY Config /app/Config
WORKDIR /app
ENV HOST=0.0.0.0 PORT=8080
EXPOSE 8080
USER 10001
# Liveness. /health/ready reports whether the database is reachable, migrated and seeded.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s \
  CMD ["bash", "-c", "exec 3<>\"/dev/tcp/127.0.0.1/$PORT\" && printf 'GET /health HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.1 200 ' <&3"]
CMD ["trace-server"]
