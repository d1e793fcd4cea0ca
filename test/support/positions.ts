import fc from 'fast-check'
import type { Position, ServiceType, SubAccountPosition } from '../../machines/index.ts'

export const NOW = 1_000
export const LOCK = 100

/** Amount and age of a refund, from small ranges so that equal and extreme values are frequent. */
const refund = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 2 * LOCK }))

const contents = fc.record({
  provider: fc.nat(2),
  serviceType: fc.constantFrom<ServiceType>('inference', 'fine-tuning'),
  available: fc.nat(2),
  refunds: fc.array(refund, { maxLength: 5 }),
  tokensRevoked: fc.boolean(),
})

/** A sub-account that holds these amounts in wei, at block time NOW. */
export function subAccountOf(
  provider: string,
  serviceType: ServiceType,
  { available = 0, refunds = [], tokensRevoked = false }: Partial<Holding> = {},
): SubAccountPosition {
  const queued = refunds.map(([amount, age]) => ({
    amount: BigInt(amount),
    createdAt: NOW - age,
    unlocksAt: NOW - age + LOCK,
    claimable: age >= LOCK,
  }))
  const sum = (some: typeof queued) => some.reduce((total, { amount }) => total + amount, 0n)
  const pendingRefund = sum(queued)
  return {
    provider,
    serviceType,
    balance: BigInt(available) + pendingRefund,
    pendingRefund,
    available: BigInt(available),
    claimable: sum(queued.filter(({ claimable }) => claimable)),
    refunds: queued.toSorted((a, b) => a.createdAt - b.createdAt),
    acknowledged: true,
    tokensRevoked: tokensRevoked && serviceType === 'inference',
  }
}

export type Holding = {
  available: number
  /** Amount and age in seconds. */
  refunds: readonly (readonly [number, number])[]
  tokensRevoked: boolean
}

/** A position with these sub-accounts; `stray` wei lie in a service that the network does not name. */
export function positionOf(
  subAccounts: readonly SubAccountPosition[],
  { available = 0, stray = 0, gas = 10n ** 18n }: { available?: number; stray?: number; gas?: bigint } = {},
): Position {
  const locked = subAccounts.reduce((sum, { balance }) => sum + balance, BigInt(stray))
  return {
    block: { number: 1, timestamp: NOW },
    wallet: { address: '0x', balance: gas },
    ledger: { available: BigInt(available), total: BigInt(available) + locked, locked, additionalInfo: '' },
    subAccounts,
  }
}

/** Any position: with a ledger or without, with money anywhere. */
export const positions: fc.Arbitrary<Position> = fc
  .record({
    exists: fc.integer({ min: 0, max: 4 }),
    available: fc.nat(2),
    stray: fc.constantFrom(0, 0, 0, 1),
    accounts: fc.uniqueArray(contents, {
      maxLength: 4,
      selector: ({ provider, serviceType }) => `${serviceType} ${provider}`,
    }),
  })
  .map(({ exists, available, stray, accounts }) => {
    if (exists === 0) return { ...positionOf([]), ledger: null }
    const subAccounts = accounts.map(({ provider, serviceType, ...holding }) =>
      subAccountOf(`0x${provider}`, serviceType, holding),
    )
    return positionOf(subAccounts, { available, stray })
  })
