import type { Position, Refund, ServiceType, SubAccountPosition } from '../../machines/position.types.ts'
import { subAccountIn } from '../../machines/sub-account/sub-account.facts.ts'
import { weiToOg } from '../base/amounts.ts'
import type { Rules } from '../chain/port.ts'
import { resolveServiceIn } from '../chain/service-name.ts'
import type { Clock } from '../base/clock.ts'
import { contractError } from '../base/contract-errors.ts'
import { AbortedError, UnresolvedIntentError } from '../base/errors.ts'
import { abortable } from '../base/abortable.ts'
import { retrieveBlock } from './claim-progress.ts'
import { claimableElsewhere, claimableIn, claimElsewhere } from './claim-elsewhere.ts'
import { putBack } from './put-back.ts'
import { retrieveIntent } from '../transactions/build-intent.ts'
import type { Logger } from '../base/logger.ts'
import { nothingToRetrieve } from './refund-rules.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { Receipt } from '../transactions/intent.ts'
import type { Claim } from '../transactions/journal.types.ts'
import type { Lane, SubmitOptions } from '../transactions/lane.ts'

/** What claiming did: the last transaction's receipt, and those of all. Amounts in wei. */
export type ClaimReceipt = Receipt & {
  /** What came home to the ledger. */
  claimed: bigint
  /** What was free in the sub-accounts, and is so again. */
  putBack: bigint
  receipts: readonly Receipt[]
}

export type ClaimingOptions = {
  wallet: string
  rules: Rules
  lane: Lane
  read: (signal?: AbortSignal) => Promise<Position>
  /** Runs work while nobody else decides about these sub-accounts, and nothing is on its way to them. */
  exclusiveAll: <T>(ids: readonly SubAccountId[], work: () => Promise<T>, signal?: AbortSignal) => Promise<T>
  /** The ledger is being closed: what closing asks back is not put back. */
  isClosing: () => boolean
  clock: Clock
  logger: Logger
}

export type Claiming = ReturnType<typeof createClaiming>

type Done = { claimed: bigint; putBack: bigint; receipts: Receipt[] }

/**
 * Claims refunds whose lock is over. The contract claims only while it asks back what is free, so that is put back at
 * once: a transfer of as much cancels the new refund and costs the ledger nothing. Once the first step may have been
 * sent, the second follows, in this process or the next.
 */
export function createClaiming(options: ClaimingOptions) {
  const { wallet, rules, lane, read, exclusiveAll, clock, logger } = options
  /** Open claims that are being brought to their end, by id. */
  const underway = new Set<string>()
  /** Those that were left open, and what became of them since. */
  const resumed = new Map<string, { claim: Claim; done: Promise<Done> }>()

  return { claim, claimIn, claimAll, group, claimGroup, resume }

  /** @throws NothingToRetrieveError where nothing is unlocked, AccountNotExistsError */
  async function claim(id: SubAccountId, signal?: AbortSignal): Promise<ClaimReceipt> {
    const { provider, serviceType } = id
    const left = await leftOver(signal, id)
    const account = subAccountIn(await read(signal), id)
    const errorArgs = { user: wallet, provider }
    if (!account) throw contractError({ operation: 'retrieveFund', errorName: 'AccountNotExists', errorArgs })
    const done = await claimGroup([{ provider, serviceType }], { signal })
    const receipt = receiptOf(sumOf([left, done]))
    if (!receipt) throw nothingToRetrieve([account], serviceType)
    return receipt
  }

  /** @throws NothingToRetrieveError where nothing is unlocked anywhere */
  async function claimAll(signal?: AbortSignal): Promise<ClaimReceipt> {
    const left = leftOver(signal)
    left.catch(() => undefined)
    const position = await read(signal)
    const { subAccounts, elsewhere = [] } = position
    const others = claimableElsewhere(position, rules.maxProvidersPerBatch)
    const due = subAccounts.filter(({ claimable }) => claimable > 0n)
    const outcomes = await Promise.allSettled([
      left,
      ...group(due).map((ids) => claimGroup(ids, { signal })),
      ...others.map((accounts) => claimElsewhere(accounts, { read, submit: lane.submit }, signal)),
    ])
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    const done = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const receipt = receiptOf(sumOf(done))
    if (!receipt) throw nothingToRetrieve([...subAccounts, ...elsewhere])
    return receipt
  }

  /** The same in a version that the network does not name. @throws WouldLockError where something is available there */
  async function claimIn(service: string, provider: string, signal?: AbortSignal): Promise<ClaimReceipt> {
    const position = await read(signal)
    resolveServiceIn(position, service, rules)
    const account = claimableIn(position, { wallet, provider, service })
    const due = account.claimable > 0n ? [account] : []
    const receipt = receiptOf(await claimElsewhere(due, { read, submit: lane.submit }, signal))
    if (!receipt) throw nothingToRetrieve([account], account.serviceType)
    return receipt
  }

  /** Those where nothing is free need no second step, and go together. */
  function group(accounts: readonly (SubAccountId & { available: bigint })[]): SubAccountId[][] {
    const alone = accounts.filter(({ available }) => available > 0n).map((one) => [one])
    const services = Object.keys(rules.serviceNames) as ServiceType[]
    const size = rules.maxProvidersPerBatch
    const together = services.flatMap((type) => {
      const some = accounts.filter((one) => one.serviceType === type && one.available === 0n)
      return Array.from({ length: Math.ceil(some.length / size) }, (_, at) => some.slice(at * size, (at + 1) * size))
    })
    return [...alone, ...together]
  }

  /** One retrieve for sub-accounts of one service, and what has to be put back after it. */
  function claimGroup(ids: readonly SubAccountId[], { signal, background = false }: SubmitOptions = {}): Promise<Done> {
    return exclusiveAll(
      ids,
      async () => {
        const before = await read(signal)
        if (signal?.aborted) throw new AbortedError('Aborted before anything was sent.')
        const accounts = ids.flatMap((id) => subAccountIn(before, id) ?? []).filter(({ claimable }) => claimable > 0n)
        const [first] = accounts
        const name = first && rules.serviceNames[first.serviceType]
        if (!first || name === undefined) return sumOf([])
        const claim = claimOf(first.serviceType, accounts, clock.now())
        underway.add(claim.id)
        await lane.workflows.claims.begin(claim)
        const receipt = await retrieve(claim, name, background)
        return sumOf([{ claimed: 0n, putBack: 0n, receipts: [receipt] }, await finish(claim, before, background)])
      },
      signal,
    )
  }

  async function retrieve(claim: Claim, name: string, background: boolean): Promise<Receipt> {
    const { id, serviceType, accounts } = claim
    const providers = accounts.map(({ provider }) => provider)
    try {
      return await lane.submit({ ...retrieveIntent(providers, serviceType, name), claim: id }, { background })
    } catch (error) {
      // It may have been sent: whoever learns that it was mined goes on.
      if (error instanceof UnresolvedIntentError) resumeOne(claim).catch(() => undefined)
      else if (!(error instanceof AbortedError)) await end(id)
      throw error
    }
  }

  /** @param before the position before the retrieve, where this process made it */
  async function finish(claim: Claim, before: Position | null, background: boolean): Promise<Done> {
    const outcomes = await Promise.allSettled(
      claim.accounts.map((account) => putBack({ ...options, background }, claim, account)),
    )
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) {
      // It stays open: whoever claims next takes it up.
      underway.delete(claim.id)
      throw failed.reason
    }
    const back = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    await end(claim.id)
    const claimed = before ? claimedSince(before, await read(), idsOf(claim)) : 0n
    const receipts = back.flatMap(({ receipt }) => receipt ?? [])
    return { claimed, putBack: back.reduce((sum, { amount }) => sum + amount, 0n), receipts }
  }

  /** One that stays open is looked at by the next process, which puts back only what its own retrieve has locked. */
  async function end(id: string): Promise<void> {
    underway.delete(id)
    try {
      await lane.workflows.claims.end(id)
    } catch (error) {
      logger.debug({ err: error, claim: id }, 'the end of a claim could not be recorded')
    }
  }

  /** Takes up what was left open. Until that is done nobody else decides about these sub-accounts. */
  function resume(): void {
    for (const claim of lane.workflows.claims.list()) {
      if (underway.has(claim.id)) continue
      underway.add(claim.id)
      const done = resumeOne(claim)
      resumed.set(claim.id, { claim, done })
      done.catch(() => resumed.delete(claim.id))
    }
  }

  /** What became of that, once it is over; told once. */
  async function leftOver(signal: AbortSignal | undefined, of?: SubAccountId): Promise<Done> {
    resume()
    const left = [...resumed.values()].filter(({ claim }) => !of || idsOf(claim).some((id) => keyOf(id) === keyOf(of)))
    const done = await abortable(Promise.all(left.map((one) => one.done)), signal)
    for (const { claim } of left) resumed.delete(claim.id)
    return sumOf(done)
  }

  async function resumeOne(claim: Claim): Promise<Done> {
    try {
      return await exclusiveAll(idsOf(claim), async () => {
        if (retrieveBlock(lane, claim.id) === null) {
          await end(claim.id)
          return sumOf([])
        }
        const done = await finish(claim, null, true)
        const amount = `${weiToOg(done.putBack)} OG`
        logger.info({ claim: claim.id, 'put back': amount }, 'a claim that was left open is ended')
        return done
      })
    } catch (error) {
      if (!(error instanceof AbortedError)) logger.error({ err: error, claim: claim.id }, 'a claim could not be ended')
      throw error
    }
  }
}

let claims = 0

function claimOf(serviceType: ServiceType, accounts: readonly SubAccountPosition[], at: number): Claim {
  return {
    type: 'claiming',
    id: `claim-${at.toString(36)}-${(claims += 1)}`,
    serviceType,
    accounts: accounts.map(({ provider, refunds }) => ({ provider, known: refunds.map(({ createdAt }) => createdAt) })),
    at,
  }
}

/** What was unlocked before, and is not there any more: a provider is paid out of it last of all. */
function claimedSince(before: Position, after: Position, ids: readonly SubAccountId[]): bigint {
  return ids.reduce((sum, id) => {
    const unlocked = subAccountIn(before, id)?.refunds.filter(({ claimable }) => claimable) ?? []
    const left = subAccountIn(after, id)?.refunds.filter(({ createdAt }) => wasAsked(unlocked, createdAt)) ?? []
    return sum + amountOf(unlocked) - amountOf(left)
  }, 0n)
}

const wasAsked = (refunds: readonly Refund[], at: number): boolean => refunds.some(({ createdAt }) => createdAt === at)
const amountOf = (refunds: readonly Refund[]): bigint => refunds.reduce((sum, { amount }) => sum + amount, 0n)

function idsOf({ accounts, serviceType }: Claim): SubAccountId[] {
  return accounts.map(({ provider }) => ({ provider, serviceType }))
}

function sumOf(parts: readonly Done[]): Done {
  return {
    claimed: parts.reduce((sum, { claimed }) => sum + claimed, 0n),
    putBack: parts.reduce((sum, { putBack: amount }) => sum + amount, 0n),
    receipts: parts.flatMap(({ receipts }) => receipts),
  }
}

/** Null where there was nothing to claim. */
function receiptOf(done: Done): ClaimReceipt | null {
  const last = done.receipts.toSorted((a, b) => a.blockNumber - b.blockNumber).at(-1)
  return last ? { ...last, ...done } : null
}
