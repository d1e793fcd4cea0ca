import type { Position, SubAccountPosition } from '../../machines/index.ts'
import type { WalletEvent } from '../../src/base/settlements-in.ts'
import { claim, refundRules, request, type Refundable } from '../../src/testing/contracts/refunds.ts'

/** Seconds that a refund is locked. */
const LOCK = 100

/** One sub-account under the contracts' own rules, and the events that they emit. Each act takes a second. */
export function createRefundWorld(id: { provider: string; serviceType: 'inference'; service: string }) {
  const world = {
    now: 0,
    /** What the ledger has available. */
    ledger: 10n ** 6n,
    account: { balance: 0n, pendingRefund: 0n, refunds: [], validRefundsLength: 0 } as Refundable,
    events: [] as WalletEvent[],
    transfer(amount: bigint) {
      const { pendingRefund } = world.account
      const cancelled = amount < pendingRefund ? amount : pendingRefund
      const account = refundRules.cancel(world.account, cancelled)
      world.ledger -= amount - cancelled
      save({ ...account, balance: account.balance + amount - cancelled })
    },
    retrieve() {
      const { account, amount } = claim(world.account, (one) => refundRules.isUnlocked(one, LOCK, world.now))
      tick()
      if (amount > 0n) emit(account)
      const after = request(account, world.now)
      // Five refunds are pending: the contract refuses the retrieve.
      if (!after) {
        if (amount > 0n) world.events.pop()
        return
      }
      world.account = after
      world.ledger += amount
      if (after.validRefundsLength > 0) world.events.push({ ...id, name: 'RefundRequested', transaction: hash() })
    },
    charge(amount: bigint) {
      const { balance, pendingRefund } = world.account
      const fee = amount < balance ? amount : balance
      if (fee === 0n) return
      const free = balance - pendingRefund
      const left = fee > free ? refundRules.cancel(world.account, fee - free) : world.account
      tick()
      world.events.push({ service: id.service, name: 'FundSpent', transaction: hash(), amount: fee })
      world.account = { ...left, balance: balance - fee }
      emit(world.account)
    },
    wait: () => void (world.now += LOCK),
    position: (): Position => ({
      block: { number: world.now, timestamp: world.now },
      wallet: { address: 'wallet', balance: 0n },
      ledger: { available: world.ledger, total: world.ledger, locked: 0n, additionalInfo: '' },
      subAccounts: [account()],
    }),
  }
  return world

  function save(account: Refundable): void {
    tick()
    world.account = account
    emit(account)
  }

  function emit({ balance, pendingRefund }: Refundable): void {
    const { now: at } = world
    world.events.push({ ...id, name: 'BalanceUpdated', transaction: hash(), at, balance, pendingRefund })
  }

  function tick(): void {
    world.now += 1
  }

  function hash(): string {
    return String(world.now)
  }

  function account(): SubAccountPosition {
    const { balance, pendingRefund, refunds, validRefundsLength } = world.account
    const active = refunds.slice(0, validRefundsLength).map(({ amount, createdAt }) => {
      const unlocksAt = createdAt + LOCK
      return { amount, createdAt, unlocksAt, claimable: unlocksAt <= world.now }
    })
    return {
      provider: id.provider,
      serviceType: id.serviceType,
      balance,
      pendingRefund,
      available: balance - pendingRefund,
      claimable: active.reduce((sum, one) => (one.claimable ? sum + one.amount : sum), 0n),
      refunds: active,
      acknowledged: true,
      tokensRevoked: false,
    }
  }
}
