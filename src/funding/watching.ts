import { Lazy } from '../base/lazy.ts'
import { ReadOnlyError } from '../base/errors.ts'
import type { Room } from '../base/room.ts'
import type { Positions } from '../streams/positions.ts'
import type { ChargeHistory } from './charge-history.ts'
import { createDispatch } from './dispatch.ts'
import type { CreateDryRuns } from './dry-runs.ts'
import { createFundedAccounts } from './funded-accounts.ts'
import type { Funding } from './funding.ts'
import { createHistory } from './history.ts'
import type { Planning } from './planning.ts'
import { createWatchingPlans } from './watching-plan.ts'

export type WatchingOptions = Omit<Parameters<CreateDryRuns>[0], 'accounts'> & {
  charges: ChargeHistory
  positions: Pick<Positions, 'nudge'>
  /** Called before auto-funding starts; throws where nothing can be sent. */
  onStart: (operation: string) => void
  /** The planner, with what dry runs need: loaded when the broker is opened, and in a page with the first dry run. */
  room: Room<{ createDryRuns: CreateDryRuns }>
}

const nothing = (): void => undefined

/**
 * The part of auto-funding in a broker without a signer: it funds nothing, and refuses each start. Once the planner is loaded,
 * dry runs plan as if it were on.
 */
export function createWatching(options: WatchingOptions): Funding {
  const { wallet, burns, charges, positions, sharedBudget, onStart, room, clock } = options
  const accounts = createFundedAccounts()
  const plans = createWatchingPlans(options)
  const dispatch = createDispatch(nothing)
  const leaveBudget = sharedBudget?.join(wallet, { payments: () => [], refused: () => null })
  let made: Planning | null = null
  /** Needed until then: the many wallets of a fleet keep none. */
  let unmade: WatchingOptions | null = options

  return {
    accounts,
    dispatch,
    planner: {
      plan: (position, how) => dryRuns()?.planner.plan(position, how) ?? plans.planAt(position),
      requiredOf: () => plans.required,
      reserveOf: refuse,
      rejectionLevels: refuse,
      get limitFacts() {
        return refuse()
      },
    },
    autoFunding: {
      start: () => refuseStart('startAutoFunding'),
      stop: nothing,
      stopAll: nothing,
      pause: positions.nudge,
      all: () => [],
      send: nothing,
      close: nothing,
    },
    ledger: new Lazy(() => refuseStart('startAutoDeposit')),
    required: () => Promise.reject(new ReadOnlyError(wallet)),
    keptAt: () => null,
    ask: nothing,
    noteUnpaid: () => Promise.resolve(),
    history: createHistory(charges, () => dryRuns()?.useHistory ?? null, clock),
    wantUse: (seconds) => dryRuns()?.useHistory.want(seconds),
    refreshPayer: () => null,
    observe(position) {
      burns.observe(position, () => 0n)
      dryRuns()?.uses.observe(position)
    },
    stop: nothing,
    knownBlock: () => null,
    close: async () => leaveBudget?.(),
  }

  /** What is there is used from then on. One that came after readings begins with the newest: the logs tell what was before. */
  function dryRuns(): Planning | null {
    if (!unmade || !room.now) return made
    made = room.now.createDryRuns({ accounts, ...unmade })
    unmade = null
    const last = dispatch.latest()
    if (last) made.uses.observe(last.position)
    return made
  }

  function refuseStart(operation: string): never {
    onStart(operation)
    return refuse()
  }

  function refuse(): never {
    throw new ReadOnlyError(wallet)
  }
}
