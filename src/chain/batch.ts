import { OgLedgerError } from '../base/og-ledger-error.ts'
import { ReadError } from '../base/errors.ts'
import { multicallAbi } from './abi.ts'
import { aggregateIn } from './decode-aggregate.ts'
import { reasonOf, safeCause } from './cause.ts'
import { revertData } from './reverts.ts'
import type { BlockTag, Rpc } from './rpc.types.ts'

export type ViewCall = { to: string; data: string }

/** The outcome of one view call: its return data or its revert data. */
export type Outcome = { reverted: false; data: string } | { reverted: true; data: string }

/** Runs many view calls at one block. Rejects with ReadError when the node fails. */
export type Batch = (calls: readonly ViewCall[], blockTag: BlockTag) => Promise<Outcome[]>

/** Puts all calls into one `eth_call` to Multicall3: one request, and one block by construction. */
export function multicallBatch(rpc: Rpc, multicall: string): Batch {
  return async (calls, blockTag) => {
    const data = multicallAbi.encodeFunctionData('aggregate3', [calls.map(({ to, data }) => [to, true, data])])
    const answer = await query(() => rpc.call({ to: multicall, data }, blockTag))
    const results = decodeOrThrow(() => aggregateIn(answer))
    return results.map(({ success, data }) => ({ reverted: !success, data }))
  }
}

/** Sends the calls at the same time: ethers puts them into one JSON-RPC batch, which is one HTTP request. */
export function parallelBatch(rpc: Rpc): Batch {
  return (calls, blockTag) => Promise.all(calls.map((call) => callOutcome(rpc, call, blockTag)))
}

async function callOutcome(rpc: Rpc, { to, data }: ViewCall, blockTag: BlockTag): Promise<Outcome> {
  try {
    return { reverted: false, data: await rpc.call({ to, data }, blockTag) }
  } catch (error) {
    const reverted = revertData(error)
    if (reverted === null) throw readErrorOf(error)
    return { reverted: true, data: reverted }
  }
}

/** Runs a query of the node and turns the provider's error into a ReadError. */
export async function query<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw failedQuery(error)
  }
}

/** Errors of ours say themselves what failed. */
export function failedQuery(error: unknown): OgLedgerError {
  return error instanceof OgLedgerError ? error : readErrorOf(error)
}

/** Decodes a node's answer. @throws ReadError for an answer that cannot be decoded */
export function decodeOrThrow<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw new ReadError('The answer of the node cannot be decoded.', { reason: reasonOf(error) })
  }
}

/** The ReadError for the error of a provider. */
export function readErrorOf(error: unknown): ReadError {
  return new ReadError('The chain could not be read.', { reason: reasonOf(error) }, { cause: safeCause(error) })
}
