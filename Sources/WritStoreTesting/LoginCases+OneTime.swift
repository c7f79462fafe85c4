// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

extension StoreCase where Store: RecordStore {
  static var oneTimePasswords: [StoreCase] {
    [
      StoreCase("T01 a one-time password is accepted once, of 64 tasks by one, also by another server") {
        store,
        rounds in
        let world = try LoginWorld(store)
        let key = try await world.enrolled()
        for round in 0..<rounds {
          let text = try key.code(at: world.time.seconds)
          let passwords = try world.oneTimePasswords()
          let count = try await successes { _ in
            let refusal = await code { () async throws(OneTimePasswordError) in
              try await passwords.verify(text, account: world.account)
            }
            try require(
              refusal == nil || refusal == .used,
              "the others are told that it was used, not \(refusal as Any)"
            )
            return refusal == nil
          }
          try require(count == 1, "\(count) tasks were let in in round \(round)")
          let other = try world.oneTimePasswords()
          let again = await code { () async throws(OneTimePasswordError) in
            try await other.verify(text, account: world.account)
          }
          try require(again == .used, "it is used for every server")
          world.time.seconds += 30
        }
      },
      StoreCase("T01 a code that was sent is accepted once, of 64 tasks by one") { store, rounds in
        let world = try LoginWorld(store)
        let mailbox = CaseMailbox()
        let codes = try SentCodes(
          store: store,
          ring: world.ring,
          delivery: mailbox,
          limits: world.limits,
          clock: world.time.clock
        )
        let attempt = Array("an attempt of 128 bits or more".utf8)
        for round in 0..<rounds {
          try await codes.send(to: world.account, attempt: attempt.span)
          let text = mailbox.last
          let count = try await successes { _ in
            let refusal = await code { () async throws(OneTimePasswordError) in
              try await codes.verify(text, account: world.account, attempt: attempt.span)
            }
            return refusal == nil
          }
          try require(count == 1, "\(count) tasks were let in in round \(round)")
        }
      },
      StoreCase("T02 an older code is refused after a newer one") { store, _ in
        let world = try LoginWorld(store)
        let key = try await world.enrolled()
        let passwords = try world.oneTimePasswords()
        let older = try key.code(at: world.time.seconds - 30)
        try await passwords.verify(key.code(at: world.time.seconds), account: world.account)
        let refusal = await code { () async throws(OneTimePasswordError) in
          try await passwords.verify(older, account: world.account)
        }
        try require(refusal == .used, "it is refused, not \(refusal as Any)")
      },
      StoreCase("T04 of guesses by 64 tasks five are looked at, and after a hundred none, however servers restart") {
        store,
        _ in
        let world = try LoginWorld(store)
        let key = try await world.enrolled()
        let wrong = try world.wrongCode(key)
        let looked = try await successes { _ in
          let passwords = try world.oneTimePasswords()
          let refusal = await code { () async throws(OneTimePasswordError) in
            try await passwords.verify(wrong, account: world.account)
          }
          try require(refusal == .wrong || refusal == .waiting, "no login succeeds")
          return refusal == .wrong
        }
        try require(looked == FailedAttempts.freeCount, "\(looked) were looked at at once")
        var total = looked
        for _ in 0..<200 {
          world.time.seconds += FailedAttempts.longestWait
          let guess = try world.wrongCode(key)
          // What counts is in the store.
          let passwords = try world.oneTimePasswords()
          let refusal = await code { () async throws(OneTimePasswordError) in
            try await passwords.verify(guess, account: world.account)
          }
          if refusal == .locked { break }
          try require(refusal == .wrong, "it is wrong, not \(refusal as Any)")
          total += 1
        }
        try require(total == FailedAttempts.maximumCount, "\(total) were looked at in all")
        let right = try key.code(at: world.time.seconds)
        let passwords = try world.oneTimePasswords()
        let refusal = await code { () async throws(OneTimePasswordError) in
          try await passwords.verify(right, account: world.account)
        }
        try require(refusal == .locked, "then not even the right one, but \(refusal as Any)")
        // T05: the owner has another way.
        try await passwords.unlock(world.account)
        try await passwords.verify(right, account: world.account)
      },
      StoreCase(
        "T04 of guesses from everywhere, by 64 tasks and ever new servers, a hundred are looked at: 1,000,000 of 10,000 rounds"
      ) {
        store,
        rounds in
        let world = try LoginWorld(store)
        let key = try await world.enrolled()
        var total = 0
        for _ in 0..<max(120, rounds * 100 / 64) {
          world.time.seconds += FailedAttempts.longestWait
          let wrong = try world.wrongCode(key)
          total += try await successes { _ in
            let passwords = try world.oneTimePasswords()
            let refusal = await code { () async throws(OneTimePasswordError) in
              try await passwords.verify(wrong, account: world.account)
            }
            let known: [OneTimePasswordError.Code?] = [.wrong, .waiting, .locked]
            try require(known.contains(refusal), "no login succeeds, and all get an error, not \(refusal as Any)")
            return refusal == .wrong
          }
        }
        try require(total == FailedAttempts.maximumCount, "\(total) were looked at in all")
      },
      StoreCase("T05 who is made to wait by others comes in by a recovery code at once, and by a code after the wait") {
        store,
        _ in
        let world = try LoginWorld(store)
        let key = try await world.enrolled()
        let (passwords, codes) = (try world.oneTimePasswords(), world.recoveryCodes())
        let texts = try await codes.generate(for: world.account)
        func verify(_ text: String) async -> OneTimePasswordError.Code? {
          await code { () async throws(OneTimePasswordError) in try await passwords.verify(text, account: world.account)
          }
        }
        for isRecovered in [true, false] {
          for _ in 0..<FailedAttempts.freeCount {
            try require(try await verify(world.wrongCode(key)) == .wrong, "a stranger is wrong")
          }
          try require(try await verify(key.code(at: world.time.seconds)) == .waiting, "the owner waits")
          if isRecovered {
            _ = try await codes.verify(texts[0], account: world.account)
            try await passwords.unlock(world.account)
          } else {
            world.time.seconds += FailedAttempts.firstWait
          }
          try require(try await verify(key.code(at: world.time.seconds)) == nil, "the owner is in")
          world.time.seconds += 60
        }
      },
      StoreCase("T12 a recovery code is accepted once, of 64 tasks by one, and rests as a hash") { store, rounds in
        let world = try LoginWorld(store)
        let codes = world.recoveryCodes()
        for round in 0..<rounds {
          let texts = try await codes.generate(for: world.account)
          let text = texts[round % texts.count]
          let count = try await successes { _ in
            let refusal = await code { () async throws(OneTimePasswordError) in
              try await codes.verify(text, account: world.account)
            }
            try require(refusal == nil || refusal == .wrong, "the others are wrong, not \(refusal as Any)")
            return refusal == nil
          }
          try require(count == 1, "\(count) tasks were let in in round \(round)")
          try require(try await codes.remaining(of: world.account) == texts.count - 1, "one is gone")
        }
        let texts = try await codes.generate(for: world.account)
        let owner = Array(world.account.utf8)
        for record in try await store.list(.recoveryCodes, of: owner, after: nil, limit: 10, at: start) {
          let stored = String(decoding: record.content.bytes, as: UTF8.self)
          for text in texts { try require(!stored.contains(text), "none is in the store") }
        }
      },
    ]
  }
}

/// Keeps the codes that it should send.
final class CaseMailbox: CodeDelivery {
  private let sent = Guarded("")

  var last: String { sent.withLock { $0 } }

  func deliver(_ code: String, to account: String) async throws { sent.withLock { $0 = code } }
}
