import { createActor, fromPromise, type ActorRefFrom, type SnapshotFrom } from 'xstate'
import { autoDepositEvents } from '../../machines/ledger/auto-deposit.events.ts'
import { autoDepositMachine } from '../../machines/ledger/auto-deposit.machine.ts'
import type {
  DepositApproval,
  DepositDecision,
  DepositReceipt,
  DepositRequest,
} from '../../machines/ledger/auto-deposit.types.ts'
import type { Block } from '../../machines/position.types.ts'
import type { BlockClock } from '../base/block-clock.ts'
import { createChartJobs } from '../base/chart-jobs.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Inspected } from '../base/inspection.ts'
import type { Logger } from '../base/logger.ts'
import type { Pending } from '../base/pending.ts'
import type { Rules } from '../chain/port.ts'
import type { Positions } from '../streams/positions.ts'
import { type Intent, isDeposit } from '../transactions/intent.ts'
import type { InFlight } from '../transactions/lane.types.ts'
import { checkAnswer } from './answer.ts'
import type { ApprovalNeed } from './approval-need.ts'
import type { DepositPolicy } from './config/auto-deposit-config.ts'
import type { DepositPayers } from './deposit-payers.ts'
import { createDeposit, type Deposit, type DepositOptions } from './deposit.ts'
import { decideDeposit, type DepositBasis, type DepositFacts, type DepositSurroundings } from './deposit-decision.ts'
import { trialOf, type DepositTrial } from './deposit-trial.ts'
import type { FundingReport, PaymentFacts } from './funding-report.ts'
import { datedUnlessOvertaken } from './overtaken.ts'
import { createWithdrawalWatch, type WithdrawalWatch, isWithdrawal } from './withdrawal-watch.ts'
import type { Plan } from './plan.ts'

export type AutoDepositActor = ActorRefFrom<typeof autoDepositMachine>

export type AutoDepositStatus = {
  state: SnapshotFrom<typeof autoDepositMachine>['value']
} & Pick<
  SnapshotFrom<typeof autoDepositMachine>['context'],
  'reason' | 'lastDeposit' | 'deposits' | 'paid' | 'failure'
> & {
    /** Why the key of `from` could not be read; null where it was, and without one. */
    payerError: string | null
    /** Why the key of `from` can send nothing: its journal is locked, damaged, or could not be written. */
    payerRefusal: Error | null
  }

export type AutoDepositOptions = Omit<DepositOptions, 'isTaken'> & {
  wallet: string
  rules: Pick<Rules, 'minLedgerBalance'>
  payer: DepositPayers
  /** What the broker's own wallet mined in the blocks (from, to]. */
  minedIn: (from: number, to: number) => readonly Intent[]
  /** Intents of the broker's own wallet without a known outcome. */
  inFlight: () => readonly InFlight[]
  closing: { isWanted: () => boolean }
  positions: Pick<Positions, 'positions$' | 'nudge'>
  /** Called before each start; throws where nothing can be sent. */
  onStart: () => void
  mustAsk: ApprovalNeed
  report: Pick<FundingReport, 'seeDeposit' | 'endDeposit'>
  inspected: Inspected
  blockClock: BlockClock
  logger: Logger
}

/** Auto-deposit: keeps the ledger filled from a wallet. */
export type AutoDeposit = {
  /** Started again, it goes on with the new policy. @throws InvalidInputError in a browser without `approve` */
  start(policy: DepositPolicy): AutoDepositActor
  stop(): void
  actor(): AutoDepositActor | null
  policy(): DepositPolicy | null
  status(): AutoDepositStatus | null
  /** What to deposit at a position: as if it were on with a trial, or else null while it is off. */
  decide(facts: DepositFacts, trial?: DepositTrial): DepositDecision | null
  /** Looks for what the user withdrew, at each accepted position. */
  see: WithdrawalWatch['see']
  /** Reads the wallet that deposits, before a decision at a block; null where there is none to read. */
  refresh(block: Block): Pending
  /** Sends the decision of a plan to the actor. */
  send(plan: Plan): void
  /** Keeps auto-deposit from sending while a caller decides about a deposit. */
  whileDeciding<T>(work: () => Promise<T>): Promise<T>
}

export function createAutoDeposit(options: AutoDepositOptions): AutoDeposit {
  const { wallet, rules, payer, inFlight, closing, latest, positions, onStart, mustAsk, report, inspected, logger } =
    options
  const jobs = jobsOf(options, createDeposit({ ...options, isTaken }), () => on?.policy ?? null)
  const withdrawals = createWithdrawalWatch(options)
  let on: { policy: DepositPolicy; actor: AutoDepositActor } | null = null
  let watching: { unsubscribe(): void } | null = null
  /** Callers that decide about a deposit. */
  let deciding = 0
  const surroundings: DepositSurroundings = {
    rules,
    inFlight,
    isClosing: closing.isWanted,
    isDeciding: () => deciding > 0,
    withdrawals,
  }

  return {
    start(policy) {
      onStart()
      const where = mustAsk()
      if (policy.approve === null && where !== null)
        throw new InvalidInputError(`${where} auto-deposit asks before each deposit.`, {
          do: 'pass approve: a function that asks the person at the page',
        })
      payer.use(policy.from)
      if (on) on.policy = policy
      else on = { policy, actor: begin() }
      withdrawals.forget()
      positions.nudge()
      watching ??= positions.positions$.subscribe()
      return on.actor
    },
    stop,
    actor: () => on?.actor ?? null,
    policy: () => on?.policy ?? null,
    status() {
      if (!on) return null
      const { value, context } = on.actor.getSnapshot()
      const { reason, lastDeposit, deposits, paid, failure } = context
      const ofPayer = { payerError: payer.error(), payerRefusal: payer.refusal() }
      return { state: value, reason, lastDeposit, deposits, paid, failure, ...ofPayer }
    },
    decide(facts, trial) {
      const basis = trial ? trialOf(trial, payer.own) : basisNow()
      return basis && decideDeposit(basis, facts, surroundings)
    },
    see: withdrawals.see,
    refresh: (block) => (on ? payer.refresh(block) : null),
    send({ position, deposit }) {
      if (!on || !deposit) return
      const { value, context } = on.actor.getSnapshot()
      const progress = {
        settledFrom: value === 'settling' ? (context.lastDeposit?.blockNumber ?? null) : null,
        proposed: value === 'awaitingApproval' && context.amount !== null ? BigInt(context.amount) : null,
        expiresAt: context.decidedAt + on.policy.approvalTimeout,
      }
      for (const event of autoDepositEvents(position, progress, deposit)) on.actor.send(event)
    },
    async whileDeciding(work) {
      deciding += 1
      try {
        return await work()
      } finally {
        deciding -= 1
        positions.nudge()
      }
    },
  }

  function basisNow(): DepositBasis | null {
    if (!on) return null
    const { lastDeposit, failure } = on.actor.getSnapshot().context
    return { policy: on.policy, payer, lastDeposit, failure }
  }

  function begin(): AutoDepositActor {
    const actor = createActor(machine, { input: { wallet }, ...inspected() })
    chartJobs.give(actor, jobs)
    actor.subscribe({
      next: (snapshot) => report.seeDeposit(snapshot, factsNow),
      error: (error) => logger.error({ err: error }, 'auto-deposit actor failed'),
    })
    return actor.start()
  }

  function stop(): void {
    watching?.unsubscribe()
    watching = null
    on?.actor.stop()
    on = null
    report.endDeposit()
  }

  function factsNow(): PaymentFacts {
    const decision = latest()?.deposit
    const missing = decision?.action === 'hold' ? (decision.missing ?? null) : null
    return { missing, approvalTimeout: on?.policy.approvalTimeout ?? 0 }
  }

  /** Whether a caller decides about a deposit, or a transaction that deposits or withdraws is in flight. */
  function isTaken(): boolean {
    const flights = [...inFlight(), ...payer.inFlight()]
    return deciding > 0 || flights.some(({ intent }) => isDeposit(intent) || isWithdrawal(intent))
  }
}

type Jobs = {
  deposit(request: DepositRequest, signal: AbortSignal): Promise<DepositReceipt>
  approve(signal: AbortSignal): Promise<DepositApproval>
}

const chartJobs = createChartJobs<Jobs>()

/** The chart declares its two jobs; the broker of each actor provides them. */
const machine = autoDepositMachine.provide({
  actors: {
    deposit: fromPromise<DepositReceipt, DepositRequest>(({ input, signal, system }) =>
      chartJobs.of(system).deposit(input, signal),
    ),
    approve: fromPromise(({ signal, system }) => chartJobs.of(system).approve(signal)),
  },
})

function jobsOf(
  { latest, blockClock }: AutoDepositOptions,
  deposit: Deposit,
  policy: () => DepositPolicy | null,
): Jobs {
  return {
    deposit: (request, signal) => datedUnlessOvertaken(deposit(request, signal), blockClock),
    approve: (signal) => blockClock.dated(approve(signal)),
  }

  async function approve(signal: AbortSignal): Promise<DepositApproval> {
    const ask = policy()?.approve
    const decision = latest()?.deposit
    const approved = ask && decision ? checkAnswer(await ask(decision, signal), {}) : false
    return { approved, at: blockClock.now() }
  }
}
