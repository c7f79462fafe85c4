// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let package = Package(
  name: "writ",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "WritCedar", targets: ["WritCedar"]),
    .executable(name: "policy", targets: ["policy"]),
  ],
  dependencies: [
    // Used by `policy` only; the libraries depend on nothing.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(name: "StrictJSON"),
    .target(name: "WritCedar", dependencies: ["StrictJSON"]),
    .executableTarget(
      name: "policy",
      dependencies: [
        "WritCedar",
        "StrictJSON",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"]),
    .testTarget(name: "WritCedarTests", dependencies: ["WritCedar", "StrictJSON"]),
    .testTarget(name: "PolicyCommandTests", dependencies: ["policy"]),
    .testTarget(name: "ConformanceTests", dependencies: ["WritCedar", "policy"]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
  ]
}
