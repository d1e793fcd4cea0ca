import type { Accounts } from './accounts.ts'
import type { Context } from './transaction.ts'

/** Revocation of the user's API tokens: single tokens, or a whole generation. */
export function createTokens(accounts: Accounts) {
  return {
    calls: {
      revokeToken({ from, emit }: Context, provider: string, tokenId: bigint): void {
        revoke(from, provider, [tokenId])
        emit('inference', 'TokenRevoked', { user: from, provider, tokenId })
      },
      revokeTokens({ from, emit }: Context, provider: string, tokenIds: readonly bigint[]): void {
        revoke(from, provider, tokenIds)
        emit('inference', 'TokensRevoked', { user: from, provider, tokenIds })
      },
      revokeAllTokens({ from, emit }: Context, provider: string): void {
        const account = accounts.get(from, provider)
        const generation = account.generation + 1n
        accounts.put({ ...account, generation, revokedBitmap: 0n })
        emit('inference', 'AllTokensRevoked', { user: from, provider, newGeneration: generation })
      },
    },
    isRevoked: (_: string, user: string, provider: string, tokenId: bigint): boolean =>
      (accounts.get(user, provider).revokedBitmap & (1n << tokenId)) !== 0n,
  }

  function revoke(user: string, provider: string, tokenIds: readonly bigint[]): void {
    const account = accounts.get(user, provider)
    const revokedBitmap = tokenIds.reduce((bitmap, id) => bitmap | (1n << id), account.revokedBitmap)
    accounts.put({ ...account, revokedBitmap })
  }
}
