import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Position, SubAccountPosition } from '../../../machines/index.ts'
import { silent } from '../../../src/base/logger.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { createBurnRates } from '../../../src/funding/burn-rates.ts'
import { createChargeHistory } from '../../../src/funding/charge-history.ts'
import * as planning from '../../../src/engine/planning.ts'
import { createWatching } from '../../../src/funding/watching.ts'
import { noServices } from '../../../src/provider/no-services.ts'
import { noLocks } from '../../../src/transactions/no-locks.ts'
import { createSubmitter } from '../../../src/transactions/submitter.ts'

const OG = 10n ** 18n
const wallet = '0x01'
const never = () => Promise.reject(new Error('nothing is read'))

type World = { minLockedBalance: bigint; gasPrice: bigint | null; budget: bigint | null }

/** What a broker without a signer plans by, before its planner is loaded and after. */
function watchingOf({ minLockedBalance, gasPrice, budget }: World, isLoaded: boolean) {
  const burns = createBurnRates()
  const reading = { readSettlements: never, clock: systemClock, logger: silent }
  return createWatching({
    ...reading,
    wallet,
    rules: { minTransfer: OG, minLedgerBalance: OG } as never,
    minLockedBalance,
    locks: noLocks,
    budget: budget === null ? null : { amount: budget, seconds: 86_400 },
    claimsAll: false,
    refunds: { failureOf: () => null, reclaims: { isUnderway: () => false, failureOf: () => null } },
    gas: { price: gasPrice, isHigh: false },
    services: noServices,
    burns,
    charges: createChargeHistory({ burns, ...reading }),
    submitter: createSubmitter({ lane: null, wallet, checkTransfer: () => undefined }),
    positions: { nudge: () => undefined },
    onStart: () => undefined,
    room: { now: isLoaded ? planning : null, load: never },
  })
}

const wei = fc.oneof(fc.bigInt(0n, 5n * OG), fc.constantFrom(0n, 499n, 500n, OG, 2n * OG, 3n * OG - 1n, 3n * OG))
const money = fc.record({ available: wei, pending: fc.oneof(fc.constant(0n), wei), claimable: fc.boolean() })

function accountOf(
  provider: string,
  serviceType: 'inference' | 'fine-tuning',
  at: number,
  of: Money,
): SubAccountPosition {
  const { available, pending, claimable } = of
  const refund = { amount: pending, createdAt: at - 10, unlocksAt: claimable ? at : at + 1_000, claimable }
  return {
    provider,
    serviceType,
    balance: available + pending,
    pendingRefund: pending,
    available,
    claimable: claimable ? pending : 0n,
    refunds: pending > 0n ? [refund] : [],
    acknowledged: true,
    tokensRevoked: false,
  }
}
type Money = { available: bigint; pending: bigint; claimable: boolean }

const reading = fc.record({
  seconds: fc.integer({ min: 0, max: 4_000 }),
  balance: wei,
  ledger: fc.option(wei),
  accounts: fc.tuple(money, money, money),
  elsewhere: fc.boolean(),
})
/** Readings one after the other, of a wallet whose sub-accounts are charged, filled and asked back. */
const histories = fc
  .tuple(fc.array(reading, { minLength: 1, maxLength: 20 }), fc.boolean())
  .map(([readings, falls]) => {
    let [at, left] = [100_000, 100n * OG]
    return readings.map(({ seconds, balance, ledger, accounts, elsewhere }, index): Position => {
      const [a, b, c] = accounts
      at += seconds
      left -= a.available
      const first = falls ? { available: left, pending: 0n, claimable: false } : a
      const third = accountOf('0x0b', 'fine-tuning', at, c)
      return {
        block: { number: 1_000 + index, timestamp: at },
        wallet: { address: wallet, balance },
        ledger: ledger === null ? null : { available: ledger, total: ledger, locked: 0n, additionalInfo: '' },
        subAccounts: [accountOf('0x0a', 'inference', at, first), accountOf('0x0b', 'inference', at, b), third],
        ...(elsewhere && { elsewhere: [{ ...third, serviceName: 'fine-tuning-v1.0', address: '0x0e' } as never] }),
      }
    })
  })
const worlds = fc.record({
  minLockedBalance: fc.oneof(fc.constantFrom(0n, 1n, OG), wei),
  gasPrice: fc.option(fc.bigInt(0n, 10n ** 11n)),
  budget: fc.option(wei),
})

test('a broker without a signer plans without its planner what it plans with it', () => {
  fc.assert(
    fc.property(worlds, histories, fc.boolean(), fc.boolean(), (world, history, isStale, learns) => {
      const [light, whole] = [false, true].map((isLoaded) => watchingOf(world, isLoaded))
      const plans = [light, whole].map((funding) => {
        if (!funding) return null
        return history.map((position) => {
          funding.observe(position)
          const plan = funding.planner.plan(position, { isStale })
          if (learns) funding.dispatch.send(plan)
          return { plan, required: position.subAccounts.map((one) => funding.planner.requiredOf(one)) }
        })
      })
      expect(plans[0]).toEqual(plans[1])
    }),
    { numRuns: 300 },
  )
})
