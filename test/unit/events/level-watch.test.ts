import { parseEther as og } from 'ethers'
import { expect, test } from 'vitest'
import type { Decision } from '../../../machines/index.ts'
import type { Plan } from '../../../src/index.ts'
import { createLevelWatch } from '../../../src/events/level-watch.ts'

const held = (reason: string): Decision[] => [{ action: 'hold', reason } as Decision]

/** A plan of a ledger and its one sub-account. */
const planOf = (decisions: Decision[], shortfall = 0n): Plan =>
  ({
    position: {
      block: { number: 1, timestamp: 1 },
      wallet: { address: '0x', balance: og('9') },
      ledger: { available: og('1'), total: og('3'), locked: og('2'), additionalInfo: '' },
      subAccounts: [],
    },
    decisions,
    shortfall,
    gasReserve: 0n,
  }) as unknown as Plan

function watch() {
  const told: string[] = []
  const { see } = createLevelWatch({
    forecastAt: () => ({ ledgerDryAt: null, gasDryAt: null }),
    emit: ({ type }) => void told.push(type),
  })
  return { see, told }
}

test('a ledger that pays what it can and lacks the rest is low once, also while that payment is under way', () => {
  const { see, told } = watch()
  see(planOf([{ action: 'top-up', amount: og('0.6') } as Decision], og('0.4')))
  see(planOf(held('in-flight')))
  see(planOf(held('settling')))
  see(planOf(held('ledger-short'), og('0.4')))
  expect(told).toEqual(['ledger.low'])
  see(planOf(held('in-flight')))
  see(planOf(held('sufficient')))
  expect(told).toEqual(['ledger.low', 'ledger.ample'])
})
