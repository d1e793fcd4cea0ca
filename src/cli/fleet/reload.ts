import { sentenceOf } from '../../base/error-sentence.ts'
import type { Fleet } from '../../fleet/index.ts'
import { short } from '../screen/words.ts'
import { changePolicy, mayChange, textOf } from './change-policy.ts'
import type { FleetConfig } from './config.ts'
import type { FleetOrders } from './orders.ts'

/** Options of the fleet: they hold until the process is started again. */
const FIXED = [
  'network',
  'intervalMs',
  'budget',
  'capacity',
  'leaseMs',
  'alerts',
] as const satisfies readonly (keyof FleetConfig)[]

export type FleetReload = {
  file: string
  fleet: Pick<Fleet, 'add' | 'remove' | 'broker' | 'wallets'>
  read: () => Promise<FleetOrders>
  /** What holds now; `follow` puts another in its place, before any wallet is opened by it. */
  orders: () => FleetOrders
  follow: (next: FleetOrders) => void
  say: (text: string) => void
  /** Once it is aborted, no file is read any more: the process is about to end. */
  signal: AbortSignal
}

/**
 * Reads the file of a fleet again at each call, one call after another: opens wallets that are new, closes those that are gone, and applies
 * other policies. Wallets that could not be opened are tried again. A file that cannot be used changes nothing.
 */
export function createFleetReload({
  file,
  fleet,
  read,
  orders,
  follow,
  say,
  signal,
}: FleetReload): () => Promise<void> {
  /** With which the process was started. */
  const { config } = orders()
  /** Wallets that refused their last change: it is made by opening them anew. */
  const unchanged = new Set<string>()
  let turn = Promise.resolve()
  return () => (turn = turn.then(reload))

  async function reload(): Promise<void> {
    try {
      if (signal.aborted) return
      const next = await read()
      if (signal.aborted) return
      const before = orders()
      follow(next)
      const states = new Map(fleet.wallets().map(({ wallet, state }) => [wallet, state]))
      const wanted = next.wallets.map(({ address }) => address)
      const [kept, added] = [wanted.filter((one) => states.has(one)), wanted.filter((one) => !states.has(one))]
      const removed = [...states.keys()].filter((one) => !wanted.includes(one))
      const failed = kept.filter((one) => states.get(one) === 'failed')
      const changed = kept.filter(
        (one) => unchanged.has(one) || textOf(before.walletPolicyOf(one)) !== textOf(next.walletPolicyOf(one)),
      )
      const isAsking = (one: string): boolean => ['opening', 'failed'].includes(states.get(one) ?? '')
      const counts = [
        `${await each(added, fleet.add)} added`,
        `${await each(removed, fleet.remove)} removed`,
        `${await each(changed, (one) => change(one, { before, next, isAsking: isAsking(one) }))} with another policy`,
      ]
      await each(
        failed.filter((one) => !changed.includes(one)),
        reopen,
      )
      const tried =
        failed.length === 0 ? '' : ` ${failed.length} that failed ${failed.length === 1 ? 'is' : 'are'} tried again.`
      say(`${file} is read again: ${counts.join(', ')}.${tried}${lateIn(next.config)}`)
    } catch (error) {
      say(`The old config stays in effect. ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** @param isAsking it is being opened, and may have asked for the policy before. One of another process asks when it is opened here. */
  async function change(wallet: string, { before, next, isAsking }: Change): Promise<void> {
    const broker = fleet.broker(wallet)
    const [old, wanted] = [before.walletPolicyOf(wallet), next.walletPolicyOf(wallet)]
    if (broker && !unchanged.has(wallet) && mayChange(old, wanted)) return changePolicy(broker, old, wanted)
    if (broker || isAsking) await reopen(wallet)
  }

  async function reopen(wallet: string): Promise<void> {
    try {
      await fleet.remove(wallet)
    } finally {
      await fleet.add(wallet)
    }
  }

  /** What one wallet refuses keeps no other from its change. @returns for how many it was done */
  async function each(wallets: readonly string[], work: (wallet: string) => Promise<void>): Promise<number> {
    const done = await Promise.all(
      wallets.map(async (wallet) => {
        try {
          await work(wallet)
          unchanged.delete(wallet)
          return true
        } catch (error) {
          unchanged.add(wallet)
          say(`${short(wallet)} is left as it was until the file is read again: ${wordsOf(error)}`)
          return false
        }
      }),
    )
    return done.filter(Boolean).length
  }

  function lateIn(next: FleetConfig): string {
    const late = FIXED.filter((name) => textOf(next[name]) !== textOf(config[name]))
    return late.length === 0 ? '' : ` Changes of ${late.join(' and ')} take effect at the next start.`
  }
}

type Change = { before: FleetOrders; next: FleetOrders; isAsking: boolean }

const wordsOf = (error: unknown): string => (error instanceof Error ? sentenceOf(error) : String(error))
