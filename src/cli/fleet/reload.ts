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
  let turn = Promise.resolve()
  return () => (turn = turn.then(reload))

  async function reload(): Promise<void> {
    try {
      if (signal.aborted) return
      const next = await read()
      if (signal.aborted) return
      const before = orders()
      follow(next)
      const known = new Set(before.wallets.map(({ address }) => address))
      const wanted = new Set(next.wallets.map(({ address }) => address))
      const added = [...wanted].filter((wallet) => !known.has(wallet))
      const removed = [...known].filter((wallet) => !wanted.has(wallet))
      const kept = [...wanted].filter((wallet) => known.has(wallet))
      const changed = kept.filter(
        (wallet) => textOf(before.walletPolicyOf(wallet)) !== textOf(next.walletPolicyOf(wallet)),
      )
      const states = new Map(fleet.wallets().map(({ wallet, state }) => [wallet, state]))
      const failed = kept.filter((wallet) => states.get(wallet) === 'failed')
      const isAsking = (wallet: string): boolean => ['opening', 'failed'].includes(states.get(wallet) ?? '')
      await each(removed, (wallet) => fleet.remove(wallet))
      await each([...new Set([...changed, ...failed])], (wallet) =>
        change(wallet, { before, next, isAsking: isAsking(wallet) }),
      )
      await each(added, (wallet) => fleet.add(wallet))
      const tried =
        failed.length === 0 ? '' : ` ${failed.length} that failed ${failed.length === 1 ? 'is' : 'are'} tried again.`
      say(
        `${file} is read again: ${added.length} added, ${removed.length} removed, ${changed.length} with another policy.${tried}${lateIn(next.config)}`,
      )
    } catch (error) {
      say(`The old config stays in effect. ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** @param isAsking it is being opened, and may have asked for the policy before. One of another process asks when it is opened here. */
  async function change(wallet: string, { before, next, isAsking }: Change): Promise<void> {
    const broker = fleet.broker(wallet)
    const [old, wanted] = [before.walletPolicyOf(wallet), next.walletPolicyOf(wallet)]
    if (broker && mayChange(old, wanted)) return changePolicy(broker, old, wanted)
    if (!broker && !isAsking) return
    await fleet.remove(wallet)
    await fleet.add(wallet)
  }

  /** What one wallet refuses keeps no other from its change. */
  async function each(wallets: readonly string[], work: (wallet: string) => Promise<void>): Promise<void> {
    await Promise.all(
      wallets.map(async (wallet) => {
        try {
          await work(wallet)
        } catch (error) {
          say(`${short(wallet)}: ${error instanceof Error ? sentenceOf(error) : String(error)}`)
        }
      }),
    )
  }

  function lateIn(next: FleetConfig): string {
    const late = FIXED.filter((name) => textOf(next[name]) !== textOf(config[name]))
    return late.length === 0 ? '' : ` Changes of ${late.join(' and ')} take effect at the next start.`
  }
}

type Change = { before: FleetOrders; next: FleetOrders; isAsking: boolean }
