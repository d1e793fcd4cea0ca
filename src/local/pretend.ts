import type { JsonRpcApiProvider } from 'ethers'
import { view, type Call } from './transact.ts'

type Storage = Record<string, string>
type StateDiff = Record<'pre' | 'post', Record<string, { storage?: Storage } | undefined>>

/**
 * Leaves a contract in the state that a call would leave it in, without a transaction: it needs no key, no gas, no nonce
 * and no block. For what somebody would have done before the matter at hand.
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
  // A slot that became zero is in `pre` alone.
  const slots = Object.keys({ ...before, ...after })
  await Promise.all(
    slots.map((slot) => provider.send('anvil_setStorageAt', [to, slot, after[slot] ?? `0x${'0'.repeat(64)}`])),
  )
}
