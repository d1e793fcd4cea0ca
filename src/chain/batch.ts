import { OgLedgerError, ReadError } from '../base/errors.ts'
import { multicallAbi } from './abi.ts'
import { reasonOf, safeCause } from './cause.ts'
import { revertData } from './reverts.ts'
import type { BlockTag, Rpc } from './rpc.ts'

export type ViewCall = { to: string; data: string }

/** What one contract answered: data, or the data it reverted with. */
export type Outcome = { reverted: false; data: string } | { reverted: true; data: string }

/** Many view calls as of one block. Rejects with ReadError when the node could not be asked. */
export type Batch = (calls: readonly ViewCall[], blockTag: BlockTag) => Promise<Outcome[]>

/** All calls inside one `eth_call`: one request and one block, whatever the node does. */
export function multicallBatch(rpc: Rpc, multicall: string): Batch {
  return async (calls, blockTag) => {
    const data = multicallAbi.encodeFunctionData('aggregate3', [calls.map(({ to, data }) => [to, true, data])])
    const answer = await asked(() => rpc.call({ to: multicall, data }, blockTag))
    const [results] = decoded(() => multicallAbi.decodeFunctionResult('aggregate3', answer)) as unknown as [
      [boolean, string][],
    ]
    return results.map(([success, data]) => ({ reverted: !success, data }))
  }
}

/** Calls side by side: ethers puts them into one JSON-RPC batch, hence one HTTP request. */
export function parallelBatch(rpc: Rpc): Batch {
  return (calls, blockTag) => Promise.all(calls.map((call) => outcome(rpc, call, blockTag)))
}

async function outcome(rpc: Rpc, { to, data }: ViewCall, blockTag: BlockTag): Promise<Outcome> {
  try {
    return { reverted: false, data: await rpc.call({ to, data }, blockTag) }
  } catch (error) {
    const reverted = revertData(error)
    if (reverted === null) throw unreachable(error)
    return { reverted: true, data: reverted }
  }
}

/** Runs a read and turns what the provider throws into a ReadError. */
export async function asked<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    throw error instanceof OgLedgerError ? error : unreachable(error)
  }
}

/** Decodes an answer; what cannot be decoded was no answer. */
export function decoded<T>(decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw new ReadError('The node gave an answer that is not one.', { reason: reasonOf(error) })
  }
}

function unreachable(error: unknown): ReadError {
  return new ReadError('The chain could not be read.', { reason: reasonOf(error) }, { cause: safeCause(error) })
}
