import { vi } from 'vitest'
import { contractError } from '../../src/base/contract-errors.ts'
import type { TransactionPort } from '../../src/chain/port.ts'
import type { Intent } from '../../src/transactions/intent.ts'
import { deposit, laneOn, receiptOf, scriptedPort } from './scripted-port.ts'

export const accountOf = (provider: string) => ({ provider, serviceType: 'inference' as const })

export const topUp = (provider: string, amount: bigint, more: Partial<Intent> = {}): Intent => ({
  call: { contract: 'ledger', method: 'transferFund', args: [provider, 'inference-v1.0', amount] },
  subAccount: accountOf(provider),
  touches: [accountOf(provider)],
  decidedAt: 7,
  amount,
  fromLedger: amount,
  ...more,
})

export const retrieve = (provider: string, more: Partial<Intent> = {}): Intent => ({
  ...deposit(),
  call: { contract: 'ledger', method: 'retrieveFund', args: [[provider], 'inference-v1.0'] },
  touches: [accountOf(provider)],
  amount: 0n,
  ...more,
})

/** What is mined as reverted would have been refused before, too. */
const fails = () =>
  Promise.resolve(contractError({ operation: 'transferFund', errorName: 'CallFailed', errorArgs: {} }))

/** A lane on a chain whose test says in which block, and with which status, each transaction is mined. Needs fake timers. */
export function laneWorld(overrides: Partial<TransactionPort> = {}) {
  const port = scriptedPort({ replay: fails, ...overrides })
  const lane = laneOn(port)
  const send = async (intent: Intent) => {
    const outcome = lane.submit(intent)
    outcome.catch(() => undefined)
    await vi.advanceTimersByTimeAsync(0)
    const hash = port.sent.at(-1) ?? ''
    return { outcome, hash }
  }
  return {
    port,
    lane,
    send,
    async mine(intent: Intent, block: number, status: 0 | 1 = 1): Promise<string> {
      const { outcome, hash } = await send(intent)
      port.receipts.set(hash, { ...receiptOf(hash, block), status })
      port.spent += 1
      await vi.advanceTimersByTimeAsync(1_000)
      await outcome.catch(() => undefined)
      return hash
    },
  }
}
