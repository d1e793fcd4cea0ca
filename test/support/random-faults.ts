import type { Fault, FaultRule } from './proxy.ts'

const READS = [
  'eth_call',
  'eth_getBalance',
  'eth_getTransactionCount',
  'eth_estimateGas',
  'eth_blockNumber',
  'eth_getBlockByNumber',
]

/** Faults of any request; those of a broadcast follow. */
const anyFault = (random: () => number): Fault => {
  const faults: Fault[] = [
    { kind: 'delay', ms: Math.floor(random() * 300) },
    { kind: 'http', status: [429, 500, 503][Math.floor(random() * 3)] ?? 500 },
    { kind: 'rpc', code: -32005, message: 'limit exceeded' },
    { kind: 'rpc', code: -32000, message: 'no matching receipts found' },
    { kind: 'drop' },
    { kind: 'dropAfter' },
    { kind: 'half' },
  ]
  return faults[Math.floor(random() * faults.length)] ?? { kind: 'drop' }
}

const broadcastFault = (random: () => number): Fault => {
  const faults: Fault[] = [
    { kind: 'swallow', result: `0x${'00'.repeat(32)}` },
    { kind: 'twice' },
    { kind: 'dropAfter' },
    { kind: 'rpc', code: -32000, message: 'already known' },
    // A node that does not take it, and one that takes it and says that it does not.
    { kind: 'rpc', code: -32000, message: 'invalid sender' },
    { kind: 'refuse', code: -32000, message: 'insufficient funds for gas * price + value' },
  ]
  return faults[Math.floor(random() * faults.length)] ?? { kind: 'twice' }
}

/**
 * Faults drawn from a seed. Drawn once: their frequency, which methods answer as of an older block (nonces too), and how
 * many blocks older. Drawn for each call: whether it fails, and how.
 */
export function randomFaults(random: () => number): FaultRule {
  const often = 0.05 + random() * 0.3
  const stale = new Set(READS.filter(() => random() < 0.4))
  const staleBlocks = 1 + Math.floor(random() * 5)
  const staleOften = random()
  return ({ method }) => {
    if (method.startsWith('anvil_') || method.startsWith('evm_')) return undefined
    if (method === 'eth_sendRawTransaction' && random() < often * 2) return broadcastFault(random)
    if (random() < often) return anyFault(random)
    if (stale.has(method) && random() < staleOften) return { kind: 'stale', blocks: staleBlocks }
    return undefined
  }
}
