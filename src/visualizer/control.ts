import type { Broker, ServiceManager } from '../index.ts'
import type { PageApprovals } from './approvals.ts'
import type { Change } from './changes.ts'
import type { ControlRequest, ControlUsed, Happening, State, SubAccountRef } from './protocol.ts'
import { safeMessageOf } from './safe-message.ts'
import { keyOf } from '../base/sub-account-key.ts'

export type ControlOptions = {
  approvals: PageApprovals
  state: () => State
  note: (happening: Happening, change: Change) => void
}

/** What somebody at a page may do: what the broker's own methods do, within the same limits. */
export function createControl(broker: Broker, { approvals, state, note }: ControlOptions) {
  return {
    /** Begins it, and gives null; or says why it cannot be done now. */
    use(request: ControlRequest): string | null {
      const work = possible(request)
      if (typeof work === 'string') return work
      const { action } = request
      const used = { kind: 'control', action, subAccount: action === 'close' ? null : keyOf(request) } as const
      const tell = (outcome: ControlUsed['outcome'], message: string | null = null) =>
        note({ ...used, outcome, message }, () => ({}))
      tell('asked')
      work().then(
        (message) => tell('done', message),
        (error: unknown) => tell('failed', safeMessageOf(error)),
      )
      return null
    },
  }

  /** Anybody may name a provider that there cannot be. */
  function possible(request: ControlRequest): ReturnType<typeof workOf> {
    try {
      return workOf(request)
    } catch (error) {
      return safeMessageOf(error)
    }
  }

  /** What is to be done, as a promise of what there is to say about it. */
  function workOf(request: ControlRequest): (() => Promise<string | null>) | string {
    switch (request.action) {
      case 'top-up':
        return () => topUp(request)
      case 'pause':
      case 'resume':
        return rest(request, request.action === 'pause')
      case 'approve':
      case 'reject':
        return answer(request)
      case 'retrieve':
        return () => retrieve(request)
      case 'close':
        return async () => sent(await broker.ledger.closeLedger())
      default:
        return request satisfies never
    }
  }

  /** Once, whatever is on its way, and within the budgets, as a program asks for it; and no more than was agreed to. */
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
    return receipt ? sent(receipt) : 'Enough is available.'
  }

  /** A person asks for it, and the page asked them first: also where auto-funding keeps it there. */
  async function retrieve({ provider, serviceType }: SubAccountRef): Promise<string> {
    return sent(await broker.ledger.retrieveFundFromProvider(provider, serviceType, { force: true }))
  }

  function rest(id: SubAccountRef, paused: boolean): (() => Promise<null>) | string {
    const manager = managerOf(id)
    if (!manager.hasAutoFunding(id.provider)) return 'Auto-funding is not on for this sub-account.'
    return () => {
      if (paused) manager.pauseAutoFunding(id.provider)
      else manager.resumeAutoFunding(id.provider)
      return Promise.resolve(null)
    }
  }

  /** What somebody agreed to may have made way for another amount meanwhile: that is not theirs to send. */
  function answer(request: Extract<ControlRequest, { action: 'approve' | 'reject' }>): (() => Promise<null>) | string {
    const waiting = approvals.waiting(keyOf(request))
    if (!waiting) return 'No top-up of this sub-account waits for approval here.'
    if (request.action === 'approve' && BigInt(request.amount) !== waiting.amount)
      return 'Another amount waits for approval by now. Look at it again.'
    return () => {
      waiting.answer(request.action === 'approve')
      return Promise.resolve(null)
    }
  }

  function managerOf({ serviceType }: SubAccountRef): ServiceManager {
    return serviceType === 'inference' ? broker.inference : broker.fineTuning
  }
}

const sent = (receipt: { transactionHash: string } | null | undefined): string =>
  receipt ? `Mined in ${receipt.transactionHash}.` : 'Done.'
