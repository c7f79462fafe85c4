// SPDX-License-Identifier: Apache-2.0

// Stores, secrets and clocks are part of this module's interface: one import is enough for its users.
@_exported public import WritStore
