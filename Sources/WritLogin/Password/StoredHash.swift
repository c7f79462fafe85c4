// SPDX-License-Identifier: Apache-2.0

internal import LibCrypto

/// A stored hash, read strictly: there is one text for each hash of our own, and no other form is guessed at.
///
///     $scrypt$ln=17,r=8,p=1[,keyid=ID]$SALT$OUTPUT
///     $argon2id$v=19$m=19456,t=2,p=1[,keyid=ID]$SALT$OUTPUT
///     $2b$COST$…, $5$…, $6$…                                  bcrypt and SHA-crypt, as crypt(3) has them
///     pbkdf2_sha256$ITERATIONS$SALT$OUTPUT                    as Django has it
///
/// The first two are PHC strings: base64 without padding; `keyid` names the key of the pepper.
enum StoredHash: Sendable {
  case derived(PasswordParameters, keyIdentifier: [UInt8]?, salt: [UInt8], output: [UInt8])
  case crypt([UInt8])
  case pbkdf2(iterations: Int, salt: [UInt8], output: [UInt8])

  /// - Throws: `PasswordError` with the codes `malformedHash` and `excessiveHash`.
  init(parsing text: String) throws(PasswordError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= PasswordLimits.maximumHashBytes else {
      throw PasswordError(.malformedHash, "a stored hash has \(bytes.count) bytes")
    }
    let fields = bytes.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
    switch fields.count {
    case 4 where fields[0].elementsEqual("pbkdf2_sha256".utf8):
      self = try Self.pbkdf2(fields)
    case 5 where fields[0].isEmpty && fields[1].elementsEqual("scrypt".utf8):
      let read = try Self.read(fields[2], ["ln", "r", "p"])
      let algorithm = PasswordParameters.Algorithm.scrypt(
        logCost: read.numbers[0],
        blockSize: read.numbers[1],
        parallelism: read.numbers[2]
      )
      self = try Self.derived(algorithm, read.key, salt: fields[3], output: fields[4])
    case 6 where fields[0].isEmpty && fields[1].elementsEqual("argon2id".utf8) && fields[2].elementsEqual("v=19".utf8):
      let read = try Self.read(fields[3], ["m", "t", "p"])
      let algorithm = PasswordParameters.Algorithm.argon2id(
        memory: read.numbers[0],
        iterations: read.numbers[1],
        parallelism: read.numbers[2]
      )
      self = try Self.derived(algorithm, read.key, salt: fields[4], output: fields[5])
    default:
      try CryptText.check(bytes, fields)
      self = .crypt(bytes)
    }
  }

  /// Whether it is bcrypt's, which hashes no more than ``SystemCrypt/bcryptBytes``.
  var isBcrypt: Bool {
    guard case .bcrypt = work else { return false }
    return true
  }

  /// The work that verifying it costs.
  var work: HashWork {
    switch self {
    case .derived(let parameters, _, _, _): .derived(parameters)
    case .pbkdf2(let iterations, _, _): .pbkdf2(iterations: iterations)
    case .crypt(let text): CryptText.work(text)
    }
  }

  /// The text of a hash of our own.
  static func text(_ parameters: PasswordParameters, keyIdentifier: [UInt8]?, salt: [UInt8], output: [UInt8]) -> String
  {
    let key = keyIdentifier.map { ",keyid=\(Base64.encode($0))" } ?? ""
    return "$\(parameters)\(key)$\(Base64.encode(salt))$\(Base64.encode(output))"
  }

  private static func derived(
    _ algorithm: PasswordParameters.Algorithm,
    _ key: [UInt8]?,
    salt: ArraySlice<UInt8>,
    output: ArraySlice<UInt8>
  ) throws(PasswordError) -> StoredHash {
    let parameters = PasswordParameters(algorithm)
    guard let salt = Base64.decode(salt), let output = Base64.decode(output) else {
      throw PasswordError(.malformedHash, "the salt or the output of a stored hash is not base64")
    }
    guard PasswordLimits.saltBytes.contains(salt.count), PasswordLimits.outputBytes.contains(output.count) else {
      throw PasswordError(.malformedHash, "the salt or the output of a stored hash is too short or too long")
    }
    guard parameters.isWithinLimits else { throw excessive }
    return .derived(parameters, keyIdentifier: key, salt: salt, output: output)
  }

  /// Numbers of these names in this order, and a `keyid` that may follow.
  private static func read(
    _ field: ArraySlice<UInt8>,
    _ names: [String]
  ) throws(PasswordError) -> (numbers: [Int], key: [UInt8]?) {
    let malformed = PasswordError(.malformedHash, "the parameters of a stored hash are not those of its algorithm")
    let parts = field.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard parts.count == names.count || parts.count == names.count + 1 else { throw malformed }
    var numbers: [Int] = []
    for (part, name) in zip(parts, names) {
      guard part.starts(with: "\(name)=".utf8), let number = decimal(part.dropFirst(name.utf8.count + 1)) else {
        throw malformed
      }
      numbers.append(number)
    }
    guard parts.count > names.count else { return (numbers, nil) }
    let prefix = "keyid="
    guard parts[names.count].starts(with: prefix.utf8),
      let key = Base64.decode(parts[names.count].dropFirst(prefix.utf8.count)), (1...64).contains(key.count)
    else { throw malformed }
    return (numbers, key)
  }

  private static func pbkdf2(_ fields: [ArraySlice<UInt8>]) throws(PasswordError) -> StoredHash {
    // Django's salts are text, and hashed as they stand there.
    guard let iterations = decimal(fields[1]), !fields[2].isEmpty, fields[2].allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
      fields[2].count <= PasswordLimits.saltBytes.upperBound, fields[3].count == 44,
      fields[3].last == UInt8(ascii: "="),
      let output = Base64.decode(fields[3].dropLast())
    else { throw PasswordError(.malformedHash, "a stored hash of PBKDF2 is not in Django's form") }
    guard PasswordLimits.pbkdf2Iterations.contains(iterations) else { throw excessive }
    return .pbkdf2(iterations: iterations, salt: Array(fields[2]), output: output)
  }

  /// A number of at most nine digits in its shortest form.
  static func decimal(_ text: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(text.count), text.first != UInt8(ascii: "0") || text.count == 1 else { return nil }
    var number = 0
    for digit in text {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      number = number * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return number
  }

  static let excessive = PasswordError(
    .excessiveHash,
    "a stored hash asks for more memory or time than the limits allow"
  )
}
