import type { Position } from '../../machines/position.types.ts'
import { abortable } from '../base/abortable.ts'
import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'
import { toAddress } from '../chain/address.ts'
import type { Call } from '../chain/port.ts'
import type { TokenState } from '../chain/tokens.ts'
import { intentOf } from '../transactions/build-intent.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.ts'

export type TokensOptions = {
  read: (signal?: AbortSignal) => Promise<Position>
  readToken: (provider: string, tokenId: number, blockNumber: number) => Promise<TokenState>
  submit: (intent: Intent, options?: SendingOptions) => Promise<Receipt>
  /** Called when the wallet's generation with a provider has changed: session tokens of the one before are refused. */
  onNewGeneration: (provider: string) => void
}

/** API tokens of the wallet with a provider. */
export type Tokens = {
  revoke(provider: string, tokenId: number, options: SendingOptions): Promise<Receipt>
  revokeSome(provider: string, tokenIds: readonly number[], options: SendingOptions): Promise<Receipt>
  revokeAll(provider: string, options: SendingOptions): Promise<Receipt>
  /** At the block of a reading: it is never older than the wallet's own last receipt. */
  state(provider: string, tokenId: number, signal: AbortSignal | undefined): Promise<TokenState>
}

/** The contract keeps one bit for each id. 255 is that of ephemeral tokens, which cannot be revoked one by one. */
const LAST_ID = 254

export function createTokens({ read, readToken, submit, onNewGeneration }: TokensOptions): Tokens {
  return {
    async revoke(provider, tokenId, options) {
      const args = [toAddress(provider, 'provider'), BigInt(checkedId(tokenId))]
      return send({ contract: 'inference', method: 'revokeToken', args }, options)
    },
    async revokeSome(provider, tokenIds, options) {
      const address = toAddress(provider, 'provider')
      if (!Array.isArray(tokenIds) || tokenIds.length === 0)
        throw new InvalidInputError('tokenIds is a list of ids, with at least one.', {
          tokenIds: describeValue(tokenIds),
        })
      const ids = [...new Set(tokenIds.map(checkedId))].map(BigInt)
      return send({ contract: 'inference', method: 'revokeTokens', args: [address, ids] }, options)
    },
    async revokeAll(provider, options) {
      const address = toAddress(provider, 'provider')
      const receipt = await send({ contract: 'inference', method: 'revokeAllTokens', args: [address] }, options)
      onNewGeneration(address)
      return receipt
    },
    async state(provider, tokenId, signal) {
      const address = toAddress(provider, 'provider')
      const id = checkedId(tokenId)
      const { block } = await read(signal)
      return abortable(readToken(address, id, block.number), signal)
    },
  }

  function send(call: Call, { signal, onSent }: SendingOptions): Promise<Receipt> {
    return submit(intentOf(call), { signal, onSent })
  }
}

/** @throws InvalidInputError for what can be no token's id */
function checkedId(tokenId: number): number {
  if (Number.isInteger(tokenId) && tokenId >= 0 && tokenId <= LAST_ID) return tokenId
  throw new InvalidInputError(`The id of an API token is a whole number from 0 to ${LAST_ID}.`, {
    tokenId: describeValue(tokenId),
  })
}
