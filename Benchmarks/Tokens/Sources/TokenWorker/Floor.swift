// SPDX-License-Identifier: Apache-2.0

import CFloor

extension Scene {
  /// libcrypto over the bytes that the token's signature is over.
  func floor() throws -> [Workload] {
    let message = message
    if let secret {
      return ["verify", "issue"].map { operation in
        Workload(name: "libcrypto/\(algorithm.rawValue)/\(operation)") { times in
          var code = [UInt8](repeating: 0, count: 32)
          for _ in 0..<times { floor_hmac(secret, secret.count, message, message.count, &code) }
        }
      }
    }
    guard let pem, let key = floor_key(pem) else { throw WrongResult() }
    let pointer = UInt(bitPattern: key)
    let isHashed: Int32 = algorithm == .edDSA ? 0 : 1
    var signature = [UInt8](repeating: 0, count: 600)
    signature.removeLast(600 - floor_sign(key, isHashed, message, message.count, &signature, 600))
    return [
      Workload(name: "libcrypto/\(algorithm.rawValue)/verify") { [signature] times in
        let key = UnsafeMutableRawPointer(bitPattern: pointer)
        for _ in 0..<times {
          guard floor_verify(key, isHashed, message, message.count, signature, signature.count) == 1 else {
            throw WrongResult()
          }
        }
      },
      Workload(name: "libcrypto/\(algorithm.rawValue)/issue") { times in
        let key = UnsafeMutableRawPointer(bitPattern: pointer)
        var room = [UInt8](repeating: 0, count: 600)
        for _ in 0..<times {
          guard floor_sign(key, isHashed, message, message.count, &room, 600) > 0 else { throw WrongResult() }
        }
      },
    ]
  }
}
