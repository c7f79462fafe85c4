// SPDX-License-Identifier: Apache-2.0

/// The limits of passwords and of the costs of stored hashes: a row that attackers can write to must not exhaust the
/// server.
public enum PasswordLimits {
  /// Bytes of a password in UTF-8, as it is typed and in NFC.
  public static let maximumBytes = 4096
  /// Bytes of a stored hash.
  public static let maximumHashBytes = 512
  /// Bytes of a salt.
  public static let saltBytes = 8...64
  /// Bytes that come out of a hash.
  public static let outputBytes = 16...64
  /// Bytes of memory for one hash: scrypt and Argon2.
  public static let maximumMemory = 268_435_456 + 2_097_152
  /// Times that memory may be passed over, in bytes: N · r · p · 128 of scrypt, m · t of Argon2.
  public static let maximumWork = 1_073_741_824
  /// p of scrypt and Argon2, and t of Argon2.
  public static let maximumParallelism = 16
  /// The cost of bcrypt, a binary logarithm.
  public static let bcryptCosts = 4...14
  /// Bytes of a password that bcrypt hashes; of so many or more, the hash does not say how it goes on.
  public static let bcryptBytes = 72
  /// The rounds of SHA-crypt.
  public static let shaCryptRounds = 1000...1_000_000
  /// The iterations of PBKDF2.
  public static let pbkdf2Iterations = 1...4_000_000
}
