import {
  isCallException,
  JsonRpcApiProvider,
  type Contract,
  type Interface,
  type Signer,
  type TransactionReceipt,
} from 'ethers'
import { setTimeout as sleep } from 'node:timers/promises'
import { OgLedgerError } from '../base/og-ledger-error.ts'
import { inTurn } from './keyed-queue.ts'

/** The content of a transaction; without `to` it creates a contract. `abi` decodes the reason of a revert. */
export type Call = { to?: string; data: string; value?: bigint; gasLimit: number; abi?: Interface }

export type TransactOptions = {
  /** On a chain with a block time: mines a block now instead of waiting for the next one. */
  atOnce?: boolean
}

/** Anvil may leave calls that exceed one block's gas in its pool when it mines at once. */
const A_BLOCK_FULL = 25
const LONGEST_PAUSE_MS = 100
/** So many looks, about two seconds, after which what anvil has left in its pool is mined. */
const LOOKS_UNTIL_LEFT = 25

/** A call of a contract's function, with more gas than any of them needs. */
export function callOf(contract: Contract, name: string, args: readonly unknown[], value = 0n): Call {
  const { interface: abi } = contract
  return { to: addressOf(contract), data: abi.encodeFunctionData(name, args), value, gasLimit: 1_000_000, abi }
}

/** The address of a contract; ethers also allows a name as its target, which local contracts do not use. */
export function addressOf({ target }: Contract): string {
  if (typeof target === 'string') return target
  throw new OgLedgerError('The contract has a name instead of an address.')
}

/**
 * Sends calls in order without waiting between them, then waits until all are mined. Gas limits are given, not estimated:
 * an estimate fails for a call that needs the effect of an earlier one.
 *
 * @throws OgLedgerError with the contract's own reason when one of them is reverted
 */
export async function transact(
  signer: Signer,
  calls: readonly Call[],
  { atOnce = false }: TransactOptions = {},
): Promise<TransactionReceipt[]> {
  if (calls.length > A_BLOCK_FULL) {
    const first = await transact(signer, calls.slice(0, A_BLOCK_FULL), { atOnce })
    return [...first, ...(await transact(signer, calls.slice(A_BLOCK_FULL), { atOnce }))]
  }
  const provider = jsonRpc(signer)
  const hashes = await inTurn(signer, () => broadcast(provider, signer, calls))
  if (atOnce && !(await provider.send('anvil_getAutomine', []))) await provider.send('evm_mine', [])
  const receipts = await Promise.all(hashes.map((hash) => receiptOf(provider, hash)))
  const failed = calls.find((_, index) => receipts[index]?.status !== 1)
  if (!failed) return receipts
  // A receipt carries no reason: eth_call repeats the call to get it.
  await view(provider, await signer.getAddress(), failed)
  throw new OgLedgerError('The transaction was reverted.', {
    call: nameOf(failed),
    reason: 'the same call succeeds now',
  })
}

/**
 * What a call would return.
 *
 * @throws OgLedgerError with the contract's own reason when it would be reverted
 */
export async function view(provider: JsonRpcApiProvider, from: string, call: Call): Promise<string> {
  const { abi, gasLimit: _, value = 0n, ...request } = call
  try {
    return await provider.send('eth_call', [{ from, value: `0x${value.toString(16)}`, ...request }, 'latest'])
  } catch (error) {
    if (!isCallException(error)) throw error
    const known = error.data ? abi?.parseError(error.data) : undefined
    const reason = known ? `${known.name}(${known.args.join(', ')})` : (error.reason ?? error.data ?? 'no reason')
    throw new OgLedgerError('The call was reverted.', { call: nameOf(call), reason }, { cause: error })
  }
}

/** The provider behind a signer. Callers use its raw `send` for values that change: ethers caches other answers for 250 ms. */
export function jsonRpc({ provider }: Signer): JsonRpcApiProvider {
  if (provider instanceof JsonRpcApiProvider) return provider
  throw new OgLedgerError('The signer is not connected to a JSON-RPC provider.')
}

async function broadcast(provider: JsonRpcApiProvider, signer: Signer, calls: readonly Call[]): Promise<string[]> {
  const [from, { chainId }] = await Promise.all([signer.getAddress(), provider.getNetwork()])
  const nonce = Number(await provider.send('eth_getTransactionCount', [from, 'pending']))
  // Above any base fee of a local chain: in nearly empty blocks the base fee only falls.
  const fees = { type: 2, chainId, maxFeePerGas: 20_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }
  const signed = await Promise.all(
    calls.map(({ to = null, data, value = 0n, gasLimit }, index) =>
      signer.signTransaction({ to, data, value, gasLimit, ...fees, nonce: nonce + index }),
    ),
  )
  return Promise.all(signed.map((raw): Promise<string> => provider.send('eth_sendRawTransaction', [raw])))
}

async function receiptOf(provider: JsonRpcApiProvider, hash: string): Promise<TransactionReceipt> {
  for (let looks = 1, pause = 2; ; looks += 1, pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const known: unknown = await provider.send('eth_getTransactionReceipt', [hash])
    const receipt = known === null ? null : await provider.getTransactionReceipt(hash)
    if (receipt) return receipt
    if (looks % LOOKS_UNTIL_LEFT === 0 && (await provider.send('anvil_getAutomine', [])))
      await provider.send('evm_mine', [])
    await sleep(pause)
  }
}

function nameOf({ abi, data }: Call): string {
  return abi?.parseTransaction({ data })?.name ?? 'the creation of a contract'
}
