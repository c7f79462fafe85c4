// SPDX-License-Identifier: Apache-2.0

internal import WritLogin

extension StoreCase where Store: RecordStore {
  static var passwords: [StoreCase] {
    [
      StoreCase("a password is set once, of 64 tasks by one") { store, _ in
        let world = try LoginWorld(store)
        let passwords = world.passwords()
        let count = try await successes { task in
          let refusal = await code { () async throws(LoginError) in
            try await passwords.set("a long password \(task)", for: world.account, from: nil)
          }
          try require(refusal == nil || refusal == .exists, "the others are told, not \(refusal as Any)")
          return refusal == nil
        }
        try require(count == 1, "\(count) tasks set it")
      },
      StoreCase("of wrong passwords by 64 tasks five are looked at, of an account and of none alike (T04)") {
        store,
        _ in
        for isKnown in [true, false] {
          let world = try LoginWorld(store)
          let passwords = world.passwords()
          if isKnown { try await passwords.set("the right password", for: world.account, from: nil) }
          let looked = try await successes { _ in
            let refusal = await code { () async throws(LoginError) in
              try await passwords.verify("a wrong password", account: world.account, from: nil)
            }
            try require(refusal == .wrong || refusal == .waiting, "no login succeeds")
            return refusal == .wrong
          }
          try require(looked == FailedAttempts.freeCount, "\(looked) were looked at, known: \(isKnown)")
          world.time.seconds += 30
          let refusal = await code { () async throws(LoginError) in
            try await world.passwords().verify("the right password", account: world.account, from: nil)
          }
          try require(refusal == (isKnown ? nil : .wrong), "after the wait the right one is right")
        }
      },
      StoreCase("a new account starts without the wrong passwords that were tried on its free name (S23)") { store, _ in
        let world = try LoginWorld(store)
        for _ in 0..<FailedAttempts.maximumCount {
          let refusal = await code { () async throws(LoginError) in
            try await world.passwords().verify("a wrong password", account: world.account, from: nil)
          }
          try require(refusal == .wrong, "a wrong password is wrong, not \(refusal as Any)")
          world.time.seconds += FailedAttempts.longestWait
        }
        let passwords = world.passwords()
        try await passwords.set("the right password", for: world.account, from: nil)
        try await passwords.verify("the right password", account: world.account, from: nil)
      },
      StoreCase(
        "an owner logs in on a known device while strangers lock the account, and it is found and unlocked (S23)"
      ) {
        store,
        _ in
        let world = try LoginWorld(store)
        let passwords = world.passwords()
        try await passwords.set("the right password", for: world.account, from: nil)
        let devices = try DeviceCookies(ring: world.ring, clock: world.time.clock)
        let pair = String(try devices.issue(for: world.account).prefix { $0 != ";" })
        let device = devices.device(in: [pair], for: world.account)
        try require(device != nil, "the cookie is known")
        for number in 0..<FailedAttempts.maximumCount {
          _ = await code { () async throws(LoginError) in
            try await passwords.verify("a wrong password", account: world.account, from: nil)
          }
          if number % 10 == 5 {
            let refusal = await code { () async throws(LoginError) in
              try await passwords.verify("the right password", account: world.account, from: nil)
            }
            try require(refusal == .waiting, "strangers wait")
          }
          world.time.seconds += FailedAttempts.longestWait
        }
        try require(try await passwords.isLocked(world.account), "the account is locked")
        let locked = try await passwords.lockedAccounts(limit: 1000)
        try require(locked.contains { $0.utf8.elementsEqual(world.account.utf8) }, "it is listed")
        try await passwords.unlock(world.account)
        try await passwords.verify("the right password", account: world.account, from: nil)
        for _ in 0..<FailedAttempts.freeCount {
          _ = await code { () async throws(LoginError) in
            try await passwords.verify("a wrong password", account: world.account, from: nil)
          }
        }
        try await passwords.verify("the right password", account: world.account, from: nil, on: device)
      },
      StoreCase("a token that resets a password is used once, of 64 tasks by one, and ends what was before") {
        store,
        rounds in
        let world = try LoginWorld(store)
        let sessions = try world.sessions()
        let tokens = SingleUseTokens(store: store, limits: world.limits, clock: world.time.clock)
        for round in 0..<rounds {
          let before = try await tokens.issue(.passwordReset, for: world.account, from: nil)
          let token = try await tokens.issue(.passwordReset, for: world.account, from: nil)
          let used = try await successes { _ in
            await code { () async throws(LoginError) in try await tokens.use(token, for: .passwordReset) } == nil
          }
          try require(used == 1, "\(used) tasks used it in round \(round)")
          let refusal = await code { () async throws(LoginError) in try await tokens.use(before, for: .passwordReset) }
          try require(refusal == .token, "the one before is good no more")
        }
        let passwords = world.passwords(revoking: [sessions])
        try await passwords.set("the first password", for: world.account, from: nil)
        let begun = try await world.begin(sessions)
        let token = try await passwords.requestReset(for: world.account, from: nil)
        let account = try await passwords.reset(to: "the second password", by: token)
        try require(account.utf8.elementsEqual(world.account.utf8), "it is the account's")
        try require(try await sessions.session(in: [begun.pair]) == nil, "its sessions have ended")
        let first = await code { () async throws(LoginError) in
          try await passwords.verify("the first password", account: world.account, from: nil)
        }
        try require(first == .wrong, "the old password is wrong")
        try await passwords.verify("the second password", account: world.account, from: nil)
      },
      StoreCase("a password that is changed by 64 tasks is changed by one, and the others are told") { store, _ in
        let world = try LoginWorld(store)
        let passwords = world.passwords()
        try await passwords.set("the first password", for: world.account, from: nil)
        let count = try await successes { task in
          let refusal = await code { () async throws(LoginError) in
            try await passwords.change(
              "the first password",
              to: "another password \(task)",
              of: world.account,
              from: nil,
              in: nil
            )
          }
          let known: [LoginError.Code?] = [nil, .wrong, .waiting, .conflict]
          try require(known.contains(refusal), "the others are told, not \(refusal as Any)")
          return refusal == nil
        }
        try require(count == 1, "\(count) tasks changed it")
      },
    ]
  }
}
