// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Apart from the other benchmarks, since vapor/jwt-kit takes minutes to build.
let package = Package(
  name: "writ-token-benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: "writ", path: "../.."),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    // What libcrypto takes by itself.
    .target(name: "CFloor", linkerSettings: [.linkedLibrary("crypto")]),
    .executableTarget(
      name: "TokenWorker",
      dependencies: [
        "CFloor",
        .product(name: "WritAuthentication", package: "writ"),
        .product(name: "JWTKit", package: "jwt-kit"),
      ]
    ),
  ],
  swiftLanguageModes: [.v6]
)
