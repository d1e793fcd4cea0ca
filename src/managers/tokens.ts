import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'
import { toAddress } from '../chain/address.ts'
import type { Call } from '../chain/port.ts'
import { intentOf } from '../transactions/build-intent.ts'
import type { Intent, Receipt } from '../transactions/intent.ts'
import type { SendingOptions } from '../transactions/lane.types.ts'
import { checkedId } from './token-id.ts'

export type TokensOptions = {
  submit: (intent: Intent, options?: SendingOptions) => Promise<Receipt>
  /** Called when the wallet's generation with a provider has changed: session tokens of the one before are refused. */
  onNewGeneration: (provider: string) => void
}

/** API tokens of the wallet with a provider. */
export type Tokens = {
  revoke(provider: string, tokenId: number, options: SendingOptions): Promise<Receipt>
  revokeSome(provider: string, tokenIds: readonly number[], options: SendingOptions): Promise<Receipt>
  revokeAll(provider: string, options: SendingOptions): Promise<Receipt>
}

export function createTokens({ submit, onNewGeneration }: TokensOptions): Tokens {
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
  }

  function send(call: Call, { signal, onSent }: SendingOptions): Promise<Receipt> {
    return submit(intentOf(call), { signal, onSent })
  }
}
