// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
  name: "writ-benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: "writ", path: ".."),
    // Runs the benchmarks and compares runs. Its traits ask for jemalloc, which counts nothing that is needed here.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "Policy",
      dependencies: [
        .product(name: "WritCedar", package: "writ"),
        .product(name: "WritPolicy", package: "writ"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Policy",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
    )
  ],
  swiftLanguageModes: [.v6]
)
