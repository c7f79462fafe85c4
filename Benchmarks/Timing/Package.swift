// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Whether the time that something takes says what it must not: Scripts/timing and Scripts/bench-logins run it.
let package = Package(
  name: "writ-timing",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "writ", path: "../..")],
  targets: [
    .executableTarget(name: "Timing", dependencies: [.product(name: "WritAuthentication", package: "writ")]),
    .executableTarget(name: "Logins", dependencies: [.product(name: "WritAuthentication", package: "writ")]),
  ],
  swiftLanguageModes: [.v6]
)
