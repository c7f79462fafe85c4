// SPDX-License-Identifier: Apache-2.0

// Clocks, times and revocations are part of this module's interface: one import is enough for its users.
@_exported public import WritCore
