// SPDX-License-Identifier: Apache-2.0

import Synchronization
import WritCore
import WritLogin
import WritStore
import WritTokens

/// A time that tests move by hand.
final class TestTime: Sendable {
  private let now: Atomic<Int64>

  init(_ now: Int64 = 1_800_000_000) { self.now = Atomic(now) }

  var seconds: Int64 {
    get { now.load(ordering: .sequentiallyConsistent) }
    set { now.store(newValue, ordering: .sequentiallyConsistent) }
  }

  var clock: TokenClock { .custom { self.seconds } }
  var monotonic: MonotonicClock { .custom { self.seconds * 1000 } }
}
