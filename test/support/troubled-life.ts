import { memoryJournal, OgLedgerError, type Broker } from '../../src/index.ts'
import type { FaultRates } from '../../src/testing/index.ts'
import { createApprover, type Answer } from './approver.ts'
import { createAttempts } from './attempts.ts'
import { bentWorld } from './bent-world.ts'
import { createLyingNode, type Lie } from './lying-node.ts'
import { createTrouble, type Mood, type Place } from './trouble.ts'
import { EXACT } from './exact.ts'

/** Seconds that a refund is locked. */
const LOCK = 3_600

export type Step =
  | { type: 'spend' | 'ask back' | 'ensure'; provider: number; amount: bigint }
  | { type: 'advance'; seconds: number }
  | { type: 'mood'; place: Place; mood: Mood }
  | { type: 'node'; rates: FaultRates }
  | { type: 'lie'; lie: Lie }
  | { type: 'claim'; abortAfter: number | null }
  /** `approves`: the approver answers the open question with yes right after the pause. */
  | { type: 'pause'; provider: number; approves: boolean }
  | { type: 'resume'; provider: number }
  | { type: 'restart'; killed: boolean }
  | { type: 'close' | 'cancel' | 'heal' }

export type PlanConditions = {
  seed: number
  automine: boolean
  /** A browser wallet: it signs only by sending, or refuses. */
  isWallet: boolean
  autoClaim: boolean
  budget: bigint | null
  reserve: bigint
  funds: bigint
  deposit: bigint
  providers: number
  /** How many sub-accounts start with 1 OG free and 1 OG to claim. */
  claimable: number
  /** For how many providers a top-up needs an approval. */
  approvals: number
  answers: readonly Answer[]
}

export type TroubledLife = Awaited<ReturnType<typeof troubledLife>>

/** One wallet with a ledger, its processes one after the other, and the faults that they meet. */
export async function troubledLife(conditions: PlanConditions) {
  const { seed, automine, isWallet, autoClaim, budget, reserve, funds, deposit, claimable, approvals } = conditions
  const world = bentWorld({ funds, seed, inference: conditions.providers })
  const { chain, wallet } = world
  const providers = chain.providers.map(({ address }) => address)
  const trouble = createTrouble({ isWallet })
  const lies = createLyingNode(world.clock)
  const journal = memoryJournal()
  const attempts = createAttempts(world, journal)
  const waiting = new Set<string>()
  /** Errors that the library must not raise. */
  const odd: unknown[] = []
  const approver = createApprover(world.clock, conditions.answers)
  /** Providers that were paused before an answer came, with the number of journal records by then: they must get no money. */
  const unwanted = new Map<string, number>()
  const wishes: { provider: string; createdAt: number; amount: bigint }[] = []
  let charged = 0n
  let works = 0
  /** Intents of an earlier process that the wallet was asked to send and gave no hash for. */
  let unresolved: string[] = []
  let program = { isOver: false }
  let broker = await open()

  await world.until(broker.ledger.addLedger(deposit))
  const refunded = providers.slice(0, claimable)
  for (const one of refunded) {
    await world.until(broker.ledger.transferFund(one, 'inference', '2'))
    await world.until(broker.ledger.retrieveFundFromProvider(one, 'inference'))
  }
  await world.advance(LOCK)
  // A transfer takes its amount out of the pending refund.
  for (const one of refunded) await world.until(broker.ledger.transferFund(one, 'inference', '1'))
  const begunAt = chain.head().timestamp
  begin()
  chain.setAutomine(automine)

  return {
    begunAt,
    attempts,
    waiting,
    odd,
    wasAskedTwice: approver.wasAskedTwice,
    get broker(): Broker {
      return broker
    },
    position: world.position,
    accountOf,
    advance: world.advance,
    until: world.until,
    take,
    begin,
    resume,
    heal,
    isWaiting,
    charged: () => charged,
    wishes: lockedWishes,
    /** Top-ups of providers that were paused before an approval came. */
    unwanted: () => [...unwanted].flatMap(([who, from]) => toppedUpSince(who, from)),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }

  function open(): Promise<Broker> {
    const own = (program = { isOver: false })
    return world.open({
      journal: trouble.journal(journal, own),
      autoClaim,
      ...(budget !== null && { budget: { amount: budget, per: '30d' } }),
      bend: (connected) => trouble.bend(lies.bend(connected), own, attempts.add),
    })
  }

  /** Starts auto-funding for every provider, unless the ledger is being closed. */
  function begin(): void {
    if (broker.ledger.isClosing) return
    const own = program
    for (const [at, one] of providers.entries())
      broker.inference.startAutoFunding(one, {
        ...EXACT,
        ledgerReserve: reserve,
        unsettledFee: () => trouble.at('fee', own, () => Promise.resolve(0n)),
        ...(at < approvals && { approve: (_, signal) => approver.ask(one, signal) }),
      })
  }

  async function take(step: Step): Promise<void> {
    const who = 'provider' in step ? (providers[step.provider] ?? '') : ''
    switch (step.type) {
      case 'spend':
        if (lockedWishes().some(({ provider }) => provider === who)) return
        spend(who, step.amount)
        return world.advance(0)
      case 'advance':
        return world.advance(step.seconds)
      case 'mood':
        return trouble.set(step.place, step.mood)
      case 'node':
        // The broker cannot send again what a browser wallet sent and its node forgot: it has no signed bytes.
        return chain.failAtRandom(isWallet ? { ...step.rates, lost: 0 } : step.rates)
      case 'lie':
        return lies.tell(step.lie)
      case 'ask back':
        watch('ask back', () => askBack(who))
        return world.advance(0)
      case 'ensure':
        unwanted.delete(who)
        watch(`ensure ${who}`, () => broker.inference.ensureFunded(who, step.amount))
        return world.advance(0)
      case 'claim': {
        const abort = new AbortController()
        watch('claim', () => broker.ledger.claimRefunds({ signal: abort.signal }))
        await world.advance(step.abortAfter ?? 0)
        return step.abortAfter === null ? undefined : abort.abort()
      }
      case 'pause':
        if (approver.isAsked(who) && !isWaiting(`ensure ${who}`)) unwanted.set(who, journal.records.length)
        broker.inference.pauseAutoFunding(who)
        if (step.approves) approver.approve(who)
        return world.advance(0)
      case 'resume':
        return resume(who)
      case 'restart':
        return restart(step)
      case 'close':
        watch('close', () => broker.ledger.closeLedger())
        return world.advance(0)
      case 'cancel':
        if (!broker.ledger.isClosing) return
        watch('cancel', () => broker.ledger.cancelClosing())
        return world.advance(0)
      case 'heal':
        return heal()
    }
  }

  /** Resumes one provider, or all of them where none is named. */
  function resume(who?: string): void {
    if (who === undefined) unwanted.clear()
    else unwanted.delete(who)
    broker.inference.resumeAutoFunding(who)
  }

  function spend(who: string, amount: bigint): void {
    // Pending transactions are mined first, so that the charge is the amount that wouldSpend() returns.
    if (!automine) chain.mine(1)
    chain.setAutomine(true)
    charged += chain.wouldSpend(who, wallet, amount)
    chain.spend(who, wallet, amount)
    chain.setAutomine(automine)
  }

  async function askBack(who: string): Promise<void> {
    const { blockNumber } = await broker.ledger.retrieveFundFromProvider(who, 'inference', { force: true })
    const createdAt = chain.head().timestamp - (chain.head().number - blockNumber)
    const refund = accountOf(who)?.refunds.find((one) => one.createdAt === createdAt)
    if (refund) wishes.push({ provider: who, createdAt, amount: refund.amount })
  }

  async function restart({ killed }: { killed: boolean }): Promise<void> {
    program.isOver ||= killed || isWallet
    await broker.close()
    if (program.isOver) waiting.clear()
    await world.advance(0)
    approver.forget()
    unwanted.clear()
    broker = await open()
    unresolved = broker
      .transactions()
      .map((actor) => actor.getSnapshot())
      .flatMap((one) => (one.hasTag('open') && one.context.hash === null ? one.context.id : []))
    begin()
  }

  /** Ends every fault, and resolves by hand, as not sent, what only the wallet's owner can resolve. */
  function heal(): void {
    trouble.heal()
    lies.heal()
    chain.heal()
    for (const id of unresolved) broker.resolveIntent(id, 'not-sent').catch((error: unknown) => odd.push(error))
    unresolved = []
  }

  /** Follows an operation: it must end, and may fail only with an error of the library. */
  function watch(name: string, work: () => Promise<unknown>): void {
    const id = `${name} ${(works += 1)}`
    waiting.add(id)
    work()
      .catch((error: unknown) => error instanceof OgLedgerError || odd.push(error))
      .finally(() => waiting.delete(id))
  }

  /** Refunds that the user asked for and that are still locked. */
  function lockedWishes() {
    return wishes.filter(({ createdAt }) => chain.head().timestamp < createdAt + LOCK)
  }

  function toppedUpSince(who: string, from: number) {
    return journal.records
      .slice(from)
      .flatMap((record) => (record.type === 'prepared' ? record.intent : []))
      .filter(({ subAccount, decidedAt }) => subAccount?.provider === who && decidedAt !== null)
  }

  function isWaiting(name: string): boolean {
    return [...waiting].some((one) => one.startsWith(name))
  }

  function accountOf(who: string) {
    return world.position().subAccounts.find(({ provider }) => provider === who)
  }
}
