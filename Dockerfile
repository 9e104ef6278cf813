# syntax=docker/dockerfile:1
# trace-server and seed-runner in one image without a shell. compose.yaml runs it; Scripts/lint checks both.

ARG SWIFT_VERSION=6.3

FROM swift:${SWIFT_VERSION}-bookworm AS build
# Versions are not pinned, because Debian's repository keeps only the newest version of a package.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends \
    ca-certificates libcurl4-openssl-dev libhiredis-dev libmicrohttpd-dev libpq-dev libssl-dev libyaml-dev libzstd-dev \
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
COPY Packaging/root Packaging/root
RUN strip .build/release/seed-runner .build/release/trace-server \
  && Packaging/root /image .build/release/seed-runner .build/release/trace-server

FROM scratch
COPY --from=build /image /
# The fixtures are part of the programs. The settings files are not.
COPY Config /app/Config
WORKDIR /app
ENV HOST=0.0.0.0 PORT=8080
EXPOSE 8080
USER 10001
# Liveness. /health/ready reports whether the database is reachable, migrated and seeded.
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s CMD ["trace-server", "--check-health"]
CMD ["trace-server"]
