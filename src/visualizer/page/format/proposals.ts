import { keyOf } from '../../../base/sub-account-key.ts'
import type { ControlRequest, State, SubAccountState } from '../../protocol.ts'
import { titleOf } from './accounts.ts'
import { inOg, minus, type Wei } from './amounts.ts'
import { duration } from './durations.ts'
import { count } from './words.ts'

/** The question before an action: what it does, in amounts, and what follows from it. */
export type Proposal = {
  title: string
  sentences: readonly string[]
  confirm: string
  isDangerous: boolean
  /** The amount that the field suggests; null for an action without an amount. */
  amount: Wei | null
}

export function proposalOf(request: ControlRequest, state: State): Proposal {
  if (request.action === 'close') return closing(state)
  if (request.action === 'deposit') return depositing(request.amount, state)
  if (request.action === 'cancel-close') return cancelling(state)
  if (request.action === 'approve-deposit' || request.action === 'reject-deposit')
    return answeringDeposit(request, state)
  const one = state.subAccounts[keyOf(request)]
  const name = one ? titleOf(one) : request.provider
  switch (request.action) {
    case 'top-up':
      return toppingUp(name, one, state)
    case 'approve':
      return {
        title: `Approve ${inOg(request.amount)} OG for ${name}?`,
        sentences: [`${inOg(request.amount)} OG go from the ledger to this sub-account, in one transaction.`, WAY_BACK],
        confirm: 'Approve',
        isDangerous: false,
        amount: null,
      }
    case 'reject':
      return {
        title: `Reject ${inOg(one?.autoFunding?.amount ?? '0')} OG for ${name}?`,
        sentences: ['Nothing is sent. As long as it is low, auto-funding asks again after a pause.', runsDry(one)],
        confirm: 'Reject',
        isDangerous: false,
        amount: null,
      }
    case 'pause':
      return {
        title: `Pause auto-funding of ${name}?`,
        sentences: ['It gets no top-up until it is resumed, or og-ledger is started again.', runsDry(one)],
        confirm: 'Pause',
        isDangerous: false,
        amount: null,
      }
    case 'resume':
      return {
        title: `Resume auto-funding of ${name}?`,
        sentences: [
          BigInt(one?.plan?.deficit ?? 0) > 0n
            ? `${inOg(one?.plan?.deficit ?? '0')} OG are missing: they are sent at the next reading, within its limits.`
            : 'Nothing is due now. From the next reading on it is topped up when it runs low.',
        ],
        confirm: 'Resume',
        isDangerous: false,
        amount: null,
      }
    case 'retrieve':
      return retrieving(name, one)
    default:
      return request satisfies never
  }
}

/** A treasury's deposit leaves another wallet: the page does not know which. */
function answeringDeposit(
  request: Extract<ControlRequest, { action: 'approve-deposit' | 'reject-deposit' }>,
  { autoDeposit, ledger }: State,
): Proposal {
  const has = `The ledger has ${inOg(ledger?.available ?? '0')} OG available.`
  if (request.action === 'approve-deposit')
    return {
      title: `Approve a deposit of ${inOg(request.amount)} OG?`,
      sentences: [
        `${inOg(request.amount)} OG go from the wallet that deposits into the ledger, in one transaction. ${has}`,
        'What no sub-account has can be withdrawn at any time.',
      ],
      confirm: 'Approve',
      isDangerous: false,
      amount: null,
    }
  return {
    title: `Reject the deposit of ${inOg(autoDeposit?.amount ?? '0')} OG?`,
    sentences: [
      `Nothing is sent. As long as too little stays in the ledger, auto-deposit asks again after a pause. ${has}`,
      'Once that is used up, no sub-account is topped up.',
    ],
    confirm: 'Reject',
    isDangerous: false,
    amount: null,
  }
}

const WAY_BACK = 'It comes back only by a refund, which is locked for a while first.'

function toppingUp(name: string, one: SubAccountState | undefined, { ledger }: State): Proposal {
  const available = one?.account?.available ?? '0'
  const target = one?.plan?.target ?? '0'
  const missing = BigInt(target) > BigInt(available) ? minus(target, available) : '0'
  return {
    title: `Top up ${name}?`,
    sentences: [
      `It has ${inOg(available)} OG available and is filled up to ${inOg(target)} OG. The ledger has ${inOg(ledger?.available ?? '0')} OG.`,
      `The amount goes from the ledger to this sub-account, in one transaction. ${WAY_BACK}`,
    ],
    confirm: 'Top up',
    isDangerous: false,
    amount: missing,
  }
}

function retrieving(name: string, one: SubAccountState | undefined): Proposal {
  const { available = '0', claimable = '0' } = one?.account ?? {}
  return {
    title: `Retrieve everything from ${name}?`,
    sentences: [
      `${inOg(available)} OG are asked back. They are locked first; after the lock a claim brings them to the ledger.`,
      ...(claimable === '0' ? [] : [`${inOg(claimable)} OG whose lock is over go to the ledger now.`]),
      'From then on the provider can charge none of it and refuses requests; auto-funding holds while the refund is pending.',
    ],
    confirm: `Retrieve ${inOg(available)} OG`,
    isDangerous: true,
    amount: null,
  }
}

function closing({ ledger, subAccounts }: State): Proposal {
  const open = Object.values(subAccounts).filter(({ account }) => account !== null)
  return {
    title: 'Close the ledger?',
    sentences: [
      `Everything goes to the wallet: ${inOg(ledger?.locked ?? '0')} OG from ${count(open.length, 'sub-account')}, and ${inOg(ledger?.available ?? '0')} OG from the ledger.`,
      'All sub-accounts are refunded and deleted, auto-funding stops, and every provider refuses requests from then on.',
      'Refunds are locked first: closing takes as long as the lock, and several transactions. It continues by itself while og-ledger runs.',
    ],
    confirm: 'Close the ledger',
    isDangerous: true,
    amount: null,
  }
}

function depositing(amount: Wei, { ledger, wallet }: State): Proposal {
  return {
    title: ledger ? 'Deposit into the ledger?' : 'Open the ledger with a deposit?',
    sentences: [
      `The wallet has ${inOg(wallet.balance)} OG, ${ledger ? `the ledger ${inOg(ledger.available)} OG available` : 'and no ledger yet'}.`,
      'The amount goes from the wallet to the ledger, in one transaction. What no sub-account has can be withdrawn at any time.',
    ],
    confirm: 'Deposit',
    isDangerous: false,
    amount,
  }
}

function cancelling({ ledger, closing: progress }: State): Proposal {
  return {
    title: 'Cancel closing the ledger?',
    sentences: [
      `${inOg(ledger?.available ?? '0')} OG stay in the ledger. What was asked back, ${inOg(progress?.locked ?? ledger?.locked ?? '0')} OG at most, stays locked until its lock is over, and is claimed then.`,
      'Auto-funding stays off until it is started again. Revoked API tokens stay revoked.',
    ],
    confirm: 'Cancel closing',
    isDangerous: false,
    amount: null,
  }
}

function runsDry(one: SubAccountState | undefined): string {
  const runway = one?.plan?.runway ?? null
  if (runway === null) return 'When it runs low, its provider refuses requests.'
  return runway === 0
    ? 'It has less than its provider requires: requests may be refused.'
    : `At the present burn its provider refuses requests in ${duration(runway)}.`
}
