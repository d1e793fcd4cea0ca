import { ClosingCancelledError, weiToOg, type Broker, type ServiceManager } from '../index.ts'
import type { Wei } from '../../machines/index.ts'
import type { PageApprovals, Waiting } from './approvals.ts'
import type { Change } from './changes.ts'
import type { ControlRequest, ControlUsed, Happening, State, SubAccountRef } from './protocol.ts'
import { safeMessageOf } from './safe-message.ts'
import { keyOf } from '../base/sub-account-key.ts'

export type ControlOptions = {
  approvals: PageApprovals
  state: () => State
  note: (happening: Happening, change: Change) => void
}

/** A request that answers a question; one that approves has the amount that the page showed. */
type AnswerRequest = Extract<ControlRequest, { action: 'approve' | 'reject' | 'approve-deposit' | 'reject-deposit' }>

/** Does what was asked for, and resolves with what to say about it. */
type Work = () => Promise<string | null>

export type Control = {
  /** Begins an action, and returns null; or returns why it cannot be done now. */
  use(request: ControlRequest): string | null
}

/** What a page may do: call the broker's own methods, within the same limits. */
export function createControl(broker: Broker, { approvals, state, note }: ControlOptions): Control {
  let isDepositing = false
  return {
    use(request) {
      const work = workOrRefusal(request)
      if (typeof work === 'string') return work
      const { action } = request
      const used = { kind: 'control', action, subAccount: 'provider' in request ? keyOf(request) : null } as const
      const report = (outcome: ControlUsed['outcome'], message: string | null = null) =>
        note({ ...used, outcome, message }, () => ({}))
      report('asked')
      work().then(
        (message) => report('done', message),
        (error: unknown) => report('failed', safeMessageOf(error)),
      )
      return null
    },
  }

  /** A page may name an address that cannot be a provider. */
  function workOrRefusal(request: ControlRequest): Work | string {
    try {
      return workOf(request)
    } catch (error) {
      return safeMessageOf(error)
    }
  }

  function workOf(request: ControlRequest): Work | string {
    switch (request.action) {
      case 'top-up':
        return () => topUp(request)
      case 'pause':
      case 'resume':
        return setPaused(request, request.action === 'pause')
      case 'approve':
      case 'reject':
        return answer(approvals.waiting(keyOf(request)), request)
      case 'approve-deposit':
      case 'reject-deposit':
        return answer(approvals.waitingDeposit(), request)
      case 'retrieve':
        return () => retrieve(request)
      case 'deposit':
        return isDepositing
          ? 'A deposit from this page is on its way. Wait for its outcome.'
          : () => deposit(request.amount)
      case 'close':
        return close
      case 'cancel-close':
        return broker.ledger.isClosing ? cancelClosing : 'The ledger is not being closed.'
      default:
        return request satisfies never
    }
  }

  /** Tops up once, within the budgets, and with no more than the user agreed to: `ensureFunded` counts what is in flight. */
  async function topUp(request: Extract<ControlRequest, { action: 'top-up' }>): Promise<string> {
    const { plan, account } = state().subAccounts[keyOf(request)] ?? {}
    const target = BigInt(plan?.target ?? broker.minLockedBalance)
    const atMost = request.amount === undefined ? undefined : BigInt(request.amount)
    const wanted = atMost === undefined ? target : BigInt(account?.available ?? 0) + atMost
    const receipt = await managerOf(request).ensureFunded(
      request.provider,
      wanted,
      atMost === undefined ? {} : { atMost },
    )
    return receipt ? minedIn(receipt) : 'Enough is available.'
  }

  /** Retrieves also from a sub-account that auto-funding keeps funded: the page has asked the user before. */
  async function retrieve({ provider, serviceType }: SubAccountRef): Promise<string> {
    return minedIn(await broker.ledger.retrieveFundFromProvider(provider, serviceType, { force: true }))
  }

  /** One at a time: a person who sees no outcome clicks again. */
  async function deposit(amount: Wei): Promise<string> {
    isDepositing = true
    try {
      return minedIn(await broker.ledger.depositFund(BigInt(amount)))
    } finally {
      isDepositing = false
    }
  }

  /** A closing that is cancelled did what it was told. */
  async function close(): Promise<string> {
    try {
      return minedIn(await broker.ledger.closeLedger())
    } catch (error) {
      if (error instanceof ClosingCancelledError) return 'It was cancelled.'
      throw error
    }
  }

  async function cancelClosing(): Promise<string> {
    const { available, locked } = await broker.ledger.cancelClosing()
    const asked = locked.reduce((sum, { amount }) => sum + amount, 0n)
    return `${weiToOg(available)} OG are in the ledger, ${weiToOg(asked)} OG are asked back and locked.`
  }

  function setPaused(id: SubAccountRef, paused: boolean): Work | string {
    const manager = managerOf(id)
    if (!manager.hasAutoFunding(id.provider)) return 'Auto-funding is not on for this sub-account.'
    return () => {
      if (paused) manager.pauseAutoFunding(id.provider)
      else manager.resumeAutoFunding(id.provider)
      return Promise.resolve(null)
    }
  }

  /** Another amount may wait by now: only the amount that the page showed is approved. */
  function answer(waiting: Waiting | null, request: AnswerRequest): Work | string {
    if (!waiting)
      return 'provider' in request
        ? 'No top-up of this sub-account waits for approval here.'
        : 'No deposit waits for approval here.'
    const approved = 'amount' in request
    if (approved && BigInt(request.amount) !== waiting.amount)
      return 'Another amount waits for approval by now. Look at it again.'
    return () => {
      waiting.answer(approved)
      return Promise.resolve(null)
    }
  }

  function managerOf({ serviceType }: SubAccountRef): ServiceManager {
    return serviceType === 'inference' ? broker.inference : broker.fineTuning
  }
}

const minedIn = (receipt: { blockNumber: number } | null | undefined): string =>
  receipt ? `Mined in block ${receipt.blockNumber.toLocaleString('en')}.` : 'Done.'
