// SPDX-License-Identifier: Apache-2.0

// Tokens, stores and login in one import, for a server that uses all three.
@_exported public import WritLogin
@_exported public import WritTokens
