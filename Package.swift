// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// Debian has the headers where the compiler looks; asking pkg-config there would only make another prerequisite.
#if os(macOS)
  let libcryptoPackage: String? = "libcrypto"
#else
  let libcryptoPackage: String? = nil
#endif

let package = Package(
  name: "writ",
  // The oldest possible: `Array.span`, `String.UTF8View.span`, `UTF8Span` and `InlineArray` are part of the standard
  // library of macOS 26. They do not deploy back, as `Span` itself does (to 10.14.4). `Synchronization` needs 15.
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "WritCedar", targets: ["WritCedar"]),
    .library(name: "WritPolicy", targets: ["WritPolicy"]),
    // Each with the conformances that Foundation knows of, without which no errors of Writ's own are shown under it.
    .library(name: "WritStore", targets: ["WritStore"]),
    .library(name: "WritTokens", targets: ["WritTokens", "WritFoundation"]),
    .library(name: "WritLogin", targets: ["WritLogin", "WritLoginFoundation"]),
    .library(name: "WritAuthentication", targets: ["WritAuthentication", "WritFoundation", "WritLoginFoundation"]),
    .library(name: "WritStoreTesting", targets: ["WritStoreTesting"]),
    .library(name: "WritIdentity", targets: ["WritIdentity", "WritFoundation"]),
    .library(name: "WritRemoteKeys", targets: ["WritRemoteKeys"]),
    .library(name: "WritQRCode", targets: ["WritQRCode"]),
    .library(name: "WritSQLite", targets: ["WritSQLite"]),
    .executable(name: "policy", targets: ["policy"]),
  ],
  traits: [
    .trait(name: "Argon2", description: "Passwords hashed with Argon2id, through libargon2 (libargon2-dev)."),
    .trait(name: "RemoteKeys", description: "Key sets fetched over HTTPS, through libcurl (libcurl4-openssl-dev)."),
    .trait(name: "QRCode", description: "QR codes for authenticators, through libqrencode (libqrencode-dev)."),
    .trait(name: "SQLite", description: "Records in SQLite, through GRDB (libsqlite3-dev)."),
  ],
  dependencies: [
    // Used by `policy` only; the libraries depend on nothing unless a trait is on.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
  ],
  targets: [
    .target(name: "StrictJSON"),
    // Threads for work that takes long, and how many processors there are for it.
    .target(name: "WorkThreads"),
    // OpenSSL's libcrypto: only LibCrypto imports it.
    .systemLibrary(
      name: "CLibCrypto",
      pkgConfig: libcryptoPackage,
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
    ),
    .target(name: "LibCrypto", dependencies: ["CLibCrypto"]),
    // What stores, tokens and login share: clocks, times, base64url, revocations.
    .target(name: "WritCore", dependencies: ["LibCrypto"]),
    // Stores of records, secrets and rate limits.
    .target(name: "WritStore", dependencies: ["WritCore", "LibCrypto"]),
    // Tokens and keys: an API that verifies tokens needs no more.
    .target(name: "WritTokens", dependencies: ["WritCore", "LibCrypto", "StrictJSON", "WorkThreads"]),
    // The system's crypt_r, and libargon2 with the trait: only WritLogin/Password imports them.
    .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
    .systemLibrary(name: "CArgon2", providers: [.apt(["libargon2-dev"]), .brew(["argon2"])]),
    // Passwords, one-time passwords, sessions and refresh tokens.
    .target(
      name: "WritLogin",
      dependencies: [
        "WritStore", "WritTokens", "LibCrypto", "StrictJSON", "WorkThreads",
        .target(name: "CCrypt", condition: .when(platforms: [.linux])),
        .target(name: "CArgon2", condition: .when(traits: ["Argon2"])),
      ]
    ),
    // All of it in one import.
    .target(name: "WritAuthentication", dependencies: ["WritTokens", "WritLogin"], exclude: ["README.md"]),
    // The conformances that Foundation asks for (`localizedDescription`, `Date`). In targets of their own, so that the
    // modules themselves do without Foundation.
    .target(name: "WritFoundation", dependencies: ["WritTokens"]),
    .target(name: "WritLoginFoundation", dependencies: ["WritLogin"]),
    // The rules of stores as tests, for authors of stores.
    .target(name: "WritStoreTesting", dependencies: ["WritLogin"]),
    // libcurl: only WritRemoteKeys imports it, and only with the trait are its headers looked for.
    .systemLibrary(name: "CLibCurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .target(
      name: "WritRemoteKeys",
      dependencies: [
        "WritTokens", "WorkThreads", .target(name: "CLibCurl", condition: .when(traits: ["RemoteKeys"])),
      ]
    ),
    // libqrencode: only WritQRCode imports it, and only with the trait is its header looked for.
    .systemLibrary(name: "CQRCode", providers: [.apt(["libqrencode-dev"]), .brew(["qrencode"])]),
    .target(
      name: "WritQRCode",
      dependencies: [.target(name: "CQRCode", condition: .when(traits: ["QRCode"]))]
    ),
    .target(
      name: "WritSQLite",
      dependencies: [
        "WritStore", .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
      ]
    ),
    .target(name: "WritCedar", dependencies: ["StrictJSON"]),
    // Counts heap allocations, for `policy bench` and for tests.
    .target(name: "CAllocationCount"),
    .target(name: "WritPolicy", dependencies: ["WritCedar", "WorkThreads"], exclude: ["README.md"]),
    // Where the two halves meet: a verified token becomes the principal of a request.
    .target(name: "WritIdentity", dependencies: ["WritTokens", "WritCedar", "StrictJSON"]),
    .executableTarget(
      name: "policy",
      dependencies: [
        "WritCedar",
        "WritPolicy",
        "WritTokens",
        "WritLogin",
        "WritIdentity",
        "WritQRCode",
        "StrictJSON",
        "WorkThreads",
        "CAllocationCount",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON"]),
    .testTarget(name: "WorkThreadsTests", dependencies: ["WorkThreads"]),
    .testTarget(name: "LibCryptoTests", dependencies: ["LibCrypto"]),
    // A process whose memory runs out: libcrypto takes other functions for it only before it has allocated anything.
    .executableTarget(
      name: "AllocationFailures",
      dependencies: ["WritTokens", "LibCrypto", "CLibCrypto"],
      path: "Tests/AllocationFailures"
    ),
    .testTarget(
      name: "WritAuthenticationTests",
      dependencies: [
        "WritAuthentication", "WritFoundation", "WritLoginFoundation", "WritStoreTesting", "LibCrypto", "StrictJSON",
        "CAllocationCount", "AllocationFailures",
      ],
      exclude: ["Vectors"]
    ),
    .testTarget(
      name: "WritIdentityTests",
      dependencies: ["WritIdentity", "WritTokens", "WritCedar", "WritPolicy"]
    ),
    // Empty without the trait; `Scripts/test-traits` runs it.
    .testTarget(
      name: "WritRemoteKeysTests",
      dependencies: ["WritRemoteKeys", "WritAuthentication"],
      exclude: ["Server"]
    ),
    // Empty without the trait, too.
    .testTarget(name: "WritQRCodeTests", dependencies: ["WritQRCode"]),
    // Empty without the trait; `Scripts/test-traits` runs it. The writer is a process that the tests kill.
    .executableTarget(
      name: "SQLiteStoreWriter",
      dependencies: ["WritSQLite", "WritAuthentication"],
      path: "Tests/SQLiteStoreWriter"
    ),
    .testTarget(
      name: "WritSQLiteTests",
      dependencies: [
        "WritSQLite", "WritAuthentication", "WritStoreTesting", "SQLiteStoreWriter",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
      ]
    ),
    .testTarget(name: "WritCedarTests", dependencies: ["WritCedar", "StrictJSON"], exclude: ["Mistakes"]),
    .testTarget(name: "WritPolicyTests", dependencies: ["WritPolicy", "WritCedar", "CAllocationCount"]),
    // Tables against the literal evaluator; `Scripts/differential` runs it longer.
    .testTarget(name: "DifferentialTests", dependencies: ["WritPolicy", "WritCedar"]),
    .testTarget(name: "PolicyCommandTests", dependencies: ["policy", "WritStore"]),
    .testTarget(name: "ConformanceTests", dependencies: ["WritCedar", "WritPolicy", "policy"]),
  ],
  swiftLanguageModes: [.v6]
)

// Counting allocations and hierarchies at scale need an optimised build (Scripts/test --optimised), which takes
// minutes for all targets.
// What stands behind traits needs one of its own (Scripts/test-traits), which would build all once more.
let keptTargets = [
  "optimised": [
    "StrictJSON", "WorkThreads", "WritCedar", "WritPolicy", "CAllocationCount", "WritPolicyTests", "DifferentialTests",
    "CLibCrypto", "LibCrypto", "CCrypt", "CArgon2", "WritCore", "WritStore", "WritTokens", "WritLogin",
    "WritAuthentication", "WritFoundation", "WritLoginFoundation", "WritStoreTesting", "AllocationFailures",
    "WritAuthenticationTests",
  ],
  "traits": [
    "StrictJSON", "WorkThreads", "CLibCrypto", "LibCrypto", "CCrypt", "CArgon2", "CAllocationCount",
    "WritCore", "WritStore", "WritTokens", "WritLogin", "WritAuthentication", "WritFoundation", "WritLoginFoundation",
    "WritStoreTesting", "AllocationFailures", "WritAuthenticationTests",
    "CLibCurl", "WritRemoteKeys",
    "WritRemoteKeysTests", "CQRCode", "WritQRCode", "WritQRCodeTests", "WritSQLite", "SQLiteStoreWriter",
    "WritSQLiteTests",
  ],
]
if let kept = keptTargets[Context.environment["WRIT_TESTS"] ?? ""] {
  package.targets.removeAll { !kept.contains($0.name) }
  package.products.removeAll { !kept.contains($0.name) }
  // Only what stands behind traits needs any, and not what `policy` uses.
  package.dependencies.removeFirst(kept.contains("WritSQLite") ? 1 : package.dependencies.count)
}

for target in package.targets where target.name != "CAllocationCount" && target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
  ]
}
