import type { BrokerEvent } from '../../index.ts'
import type { Fleet } from '../../fleet/index.ts'

/** What a process of a fleet has, and what it has paid since it began. Amounts in wei. */
export type FleetTally = {
  wallets: number
  owned: number
  foreign: number
  free: number
  failed: number
  leasesLost: number
  topUps: number
  paid: bigint
  deposits: number
  deposited: bigint
}

/** Counts payments as they are mined; what a reorganisation takes back is taken off. */
export type FleetCounter = { see(event: BrokerEvent): void; tally(): FleetTally }

const OWNED: readonly string[] = ['opening', 'open', 'closing']

export function createFleetCounter(fleet: Pick<Fleet, 'wallets' | 'leasesLost'>): FleetCounter {
  const sums = { topUps: 0, paid: 0n, deposits: 0, deposited: 0n }

  return {
    see(event) {
      const sign = event.type.endsWith('.mined') ? 1 : event.type.endsWith('.unmined') ? -1 : 0
      if (sign === 0 || !('amount' in event)) return
      const amount = BigInt(event.amount) * BigInt(sign)
      if (event.type.startsWith('top-up.')) {
        sums.topUps += sign
        sums.paid += amount
      } else if (event.type.startsWith('deposit.')) {
        sums.deposits += sign
        sums.deposited += amount
      }
    },
    tally() {
      const states = fleet.wallets().map(({ state }) => (OWNED.includes(state) ? 'owned' : state))
      const count = (state: string): number => states.filter((one) => one === state).length
      return {
        wallets: states.length,
        owned: count('owned'),
        foreign: count('foreign'),
        free: count('free'),
        failed: count('failed'),
        leasesLost: fleet.leasesLost(),
        ...sums,
      }
    },
  }
}
