import type { InspectionEvent } from 'xstate'
import type { Clock } from '../base/clock.ts'
import { InvalidInputError } from '../base/errors.ts'
import { type Inspection, createInspection } from '../base/inspection.ts'
import { createListeners } from '../base/listeners.ts'
import type { Reports } from './reports.ts'
import type { Connected, Connection } from '../chain/connect.ts'
import type { BrokerEvent } from '../events/event.types.ts'
import { toBudget } from '../funding/config/budget.ts'
import type { Funding } from '../funding/funding.ts'
import { createGasPrice } from '../funding/gas-price.ts'
import type { Closing } from '../closing/closing.ts'
import type { Positions } from '../streams/positions.ts'
import { createQuiet } from '../funding/quiet.ts'
import { LedgerLife } from '../lifecycle/ledger-actor.ts'
import { SubAccountActors } from '../lifecycle/sub-account-actors.ts'
import { SEND_TIMEOUT_MS, SIGN_TIMEOUT_MS, withSigningTimeout } from '../transactions/signer-timeout.ts'
import { type AccountLocks, createAccountLocks } from '../transactions/account-locks.ts'
import { MOST_FEE_PER_GAS } from '../transactions/fee-ceiling.policy.ts'
import type { Lane, LaneOptions } from '../transactions/lane.ts'
import { checkPayerJournal } from '../transactions/leased-journal.ts'
import { joinLane } from '../transactions/shared-lane.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'
import type { EngineOptions, Nullable } from './options.ts'
import { pageJournal } from '../transactions/page-journal.ts'
import { journalOf } from './wallet-journal.ts'

type LaneParts = Pick<
  LaneOptions,
  'clock' | 'logger' | 'inspected' | 'onOpen' | 'onClosingBegun' | 'onClosingEnded'
> & { positions: Pick<Positions, 'notBefore' | 'nudge'>; reports: Reports }

/** The wallet's lane, which brokers of one process share; null for a broker without a signer. */
export function laneOn(
  { chain, journal, signerTimeoutMs, maxFeePerGas, gasMark, shared }: EngineOptions,
  { positions, reports, ...parts }: LaneParts,
): { lane: Lane | null; locks: AccountLocks } {
  if (!chain.transactions) return { lane: null, locks: createAccountLocks(null) }
  return joinLane(chain, {
    ...parts,
    ...reports.transactions,
    port: withSigningTimeout(chain.transactions, signerTimeoutMs ?? SIGN_TIMEOUT_MS, parts.clock),
    journal,
    blockTimeMs: chain.blockTimeMs,
    onMined(blockNumber) {
      positions.notBefore(blockNumber)
      positions.nudge()
    },
    onQuiet: positions.nudge,
    maxFeePerGas: maxFeePerGas ?? null,
    sendTimeoutMs: signerTimeoutMs ?? SEND_TIMEOUT_MS,
    gasMark,
    looksLate: shared !== undefined,
  })
}

/** The budget of this wallet, and one that it shares with others. */
export function budgetsIn({ budget, shared }: EngineOptions) {
  return { budget: toBudget(budget), sharedBudget: shared?.budget }
}

/** What tells readings that change nothing; null where each reading is planned. */
export function quietOn(
  { shared }: EngineOptions,
  { funding, closing, locks, lane }: { funding: Funding; closing: Closing; locks: AccountLocks; lane: Lane | null },
) {
  if (shared?.skipsQuiet !== true) return null
  const isBusy = () => closing.status() !== null || locks.reserved.size > 0 || lane?.isQuiet() === false
  return { ...createQuiet({ ...funding, isBusy }), keep: funding.dispatch.keep }
}

/** The actors of ledger and sub-accounts, and how a later inspector finds all that run. */
export function lifecyclesOn(
  { inspected, include }: Inspection,
  { wallet, funding, lane }: { wallet: string; funding: Funding; lane: Lane | null },
) {
  const subAccounts = new SubAccountActors(funding.planner.requiredOf, inspected)
  const ledger = new LedgerLife(wallet, inspected)
  include(() => [ledger.actor, ...subAccounts.all(), ...funding.autoFunding.all().map(({ chart }) => chart.actor)])
  include(() => [funding.autoDeposit.actor()].filter((actor) => actor !== null))
  include(() => lane?.transactions() ?? [])
  return { subAccounts, ledger }
}

/** How another key that deposits for this wallet is connected. */
export function treasuryOn({
  chain,
  connectPayer,
  maxFeePerGas = null,
  signerTimeoutMs = SIGN_TIMEOUT_MS,
  gasMark,
  journal,
  logger,
}: Nullable<EngineOptions, 'maxFeePerGas'>) {
  return {
    maxFeePerGas,
    signTimeoutMs: signerTimeoutMs,
    gasMark,
    async connectPayer(signer: NonNullable<Connection['signer']>) {
      if (!connectPayer) throw new InvalidInputError('This broker connects no other key.')
      const payer = await connectPayer(signer)
      if (payer.chainId === chain.chainId && payer.genesis === chain.genesis) return payer
      throw new InvalidInputError('The key that deposits is connected to another chain.', {
        chain: String(payer.chainId),
        expected: String(chain.chainId),
      })
    },
    async journalOf(payer: Pick<Connected, 'chainId' | 'wallet' | 'genesis'>) {
      checkPayerJournal(journal, payer.wallet)
      return (await journalOf(payer, logger)) ?? pageJournal(payer)
    },
  }
}

/** What subscribers of transactions, events and inspections receive. */
export function topicsOn(streams: EngineOptions['streams'], { inspect: own, shared, logger }: EngineOptions) {
  const inspected = createListeners<InspectionEvent>()
  const inspection = createInspection({ own, others: (event) => inspected.emit(event), logger })
  const inspections = streams.createTopic<InspectionEvent>(inspection.begin)
  inspected.add((event) => inspections.next(event))
  const eventsTopic = streams.createTopic<BrokerEvent>()
  const onEvent = (event: BrokerEvent): void => {
    eventsTopic.next(event)
    shared?.onEvent(event)
  }
  return { transactions: streams.createTopic<TransactionActor>(), eventsTopic, onEvent, inspection, inspections }
}

/** Where the caller sets no ceiling, the lane's absolute one holds. */
export function gasPriceOn(
  { fees }: Connected,
  { ceiling = MOST_FEE_PER_GAS, ...rest }: { ceiling: bigint | undefined; onLate: () => void; clock: Clock },
) {
  return createGasPrice({ fees, ceiling, ...rest })
}
