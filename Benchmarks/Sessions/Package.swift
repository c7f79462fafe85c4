// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Apart from the other benchmarks, since it needs the trait SQLite and GRDB.
let package = Package(
  name: "writ-session-benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: "writ", path: "../..", traits: ["SQLite"]),
    .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
  ],
  targets: [
    .executableTarget(
      name: "SessionBench",
      dependencies: [
        .product(name: "WritAuthentication", package: "writ"),
        .product(name: "WritSQLite", package: "writ"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ]
    )
  ],
  swiftLanguageModes: [.v6]
)
