import type { JsonRpcApiProvider } from 'ethers'
import { view, type Call } from './transact.ts'

type Storage = Record<string, string>
type StateDiff = Record<'pre' | 'post', Record<string, { storage?: Storage } | undefined>>

/**
 * Writes the storage that a call would write, without a transaction: no key, no gas, no nonce, no block. For the steps
 * of a user that a charge presupposes.
 *
 * @throws OgLedgerError with the contract's own reason when the call would be reverted
 */
export async function pretend(provider: JsonRpcApiProvider, from: string, call: Call): Promise<void> {
  await view(provider, from, call)
  const { to = '', data } = call
  const tracer = { tracer: 'prestateTracer', tracerConfig: { diffMode: true } }
  const { pre, post }: StateDiff = await provider.send('debug_traceCall', [{ from, to, data }, 'latest', tracer])
  const before = pre[to.toLowerCase()]?.storage ?? {}
  const after = post[to.toLowerCase()]?.storage ?? {}
  // A slot that the call sets to zero is in `pre` only.
  const slots = Object.keys({ ...before, ...after })
  await Promise.all(
    slots.map((slot) => provider.send('anvil_setStorageAt', [to, slot, after[slot] ?? `0x${'0'.repeat(64)}`])),
  )
}
