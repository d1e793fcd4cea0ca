import type { Interface } from 'ethers'
import { contractError } from '../base/contract-errors.ts'
import { CapabilityMissingError, ReadError } from '../base/errors.ts'
import { inferenceAbi } from './abi.ts'
import { decodeOrThrow, type Batch, type Outcome } from './batch.ts'
import { decodeReadRevert } from './reverts.ts'
import { view } from './rules.ts'
import { inferenceServicesAbi } from './services-abi.ts'

/** An API token of the wallet with an inference provider, at one block. */
export type TokenState = {
  /** The token was revoked by its id, in this generation. */
  revoked: boolean
  /** The generation that a token needs: each revocation of all tokens raises it. */
  generation: number
}

export type TokenQuestion = {
  inference: string
  wallet: string
  provider: string
  tokenId: number
  blockNumber: number
}

/**
 * Reads an API token and the generation of its sub-account, in one request.
 *
 * @throws AccountNotExistsError without a sub-account, CapabilityMissingError where the contract knows no tokens, ReadError
 */
export async function readToken(
  batch: Batch,
  { inference, wallet, provider, tokenId, blockNumber }: TokenQuestion,
): Promise<TokenState> {
  const [token, account] = await batch(
    [
      view(inference, inferenceServicesAbi, 'isTokenRevoked', [wallet, provider, tokenId]),
      view(inference, inferenceAbi, 'getAccount', [wallet, provider]),
    ],
    blockNumber,
  )
  // Older contracts have accounts without a generation: only their lack of this function tells them from newer ones.
  if (token?.reverted && token.data === '0x')
    throw new CapabilityMissingError({
      capability: 'isTokenRevoked',
      contract: 'inference',
      do: 'API tokens of this deployment end only with their own time',
    })
  return {
    revoked: valueIn(token, inferenceServicesAbi, 'isTokenRevoked') as boolean,
    generation: Number((valueIn(account, inferenceAbi, 'getAccount') as { generation: bigint }).generation),
  }
}

function valueIn(outcome: Outcome | undefined, abi: Interface, method: string): unknown {
  if (outcome && !outcome.reverted)
    return decodeOrThrow(() => abi.decodeFunctionResult(method, outcome.data))[0] as unknown
  const revert = decodeReadRevert(outcome?.data ?? '0x')
  throw revert
    ? contractError({ operation: method, ...revert })
    : new ReadError('A call failed without a reason.', { operation: method })
}
