import type { ContractCall } from '../../src/testing/contracts/contract-call.ts'
import { HASH, idOf, ledger, on, type Action, type Question } from './calls.ts'
import { nth } from './nth.ts'
import type { Nonsense, Step } from './step.ts'
import type { People } from './world.ts'

type Send = (from: string, call: ContractCall, value?: bigint) => Action

/** A call that no wallet can make, or not in this way. */
export function nonsense(what: Nonsense, from: string, { inference, fineTuning }: People, send: Send): Action {
  const [provider, trainer] = [nth(inference, 0), nth(fineTuning, 0)]
  const settlement = { user: from, provider, totalFee: 1n, nonce: 1n, signer: null }
  switch (what) {
    case 'plain ledger':
      return send(from, ledger(''), 1n)
    case 'plain inference':
      return send(from, on('inference', ''), 1n)
    case 'plain fineTuning':
      return send(from, on('fineTuning', ''), 0n)
    case 'spendFund':
      return send(from, ledger('spendFund', from, 1n))
    case 'value with refund':
      return send(from, ledger('refund', 0n), 1n)
    case 'value with acknowledgement':
      return send(from, on('inference', 'acknowledgeTEESigner', provider, true), 1n)
    case 'addAccount inference':
      return send(from, on('inference', 'addAccount', from, provider, ''), 1n)
    case 'addAccount fineTuning':
      return send(from, on('fineTuning', 'addAccount', from, trainer, ''), 1n)
    case 'depositFund inference':
      return send(from, on('inference', 'depositFund', from, provider, 1n), 1n)
    case 'processRefund inference':
      return send(from, on('inference', 'processRefund', from, provider))
    case 'requestRefundAll fineTuning':
      return send(from, on('fineTuning', 'requestRefundAll', from, trainer))
    case 'deleteAccount inference':
      return send(from, on('inference', 'deleteAccount', from, provider))
    case 'deleteAccount fineTuning':
      return send(from, on('fineTuning', 'deleteAccount', from, trainer))
    case 'no settlements':
      return send(provider, on('inference', 'settleFeesWithTEE', []))
    case 'too many settlements':
      return send(
        provider,
        on(
          'inference',
          'settleFeesWithTEE',
          Array.from({ length: 51 }, () => settlement),
        ),
      )
    case 'empty deliverable':
      return send(trainer, on('fineTuning', 'addDeliverable', from, '', HASH))
    case 'long deliverable':
      return send(trainer, on('fineTuning', 'addDeliverable', from, 'é'.repeat(129), HASH))
    case 'initialize ledger':
      return send(from, ledger('initialize', from))
    case 'initialize inference':
      return send(from, on('inference', 'initialize', 3_600n, from, from))
    case 'initialize fineTuning':
      return send(from, on('fineTuning', 'initialize', 3_600n, from, from, 30n))
    case 'renounce inference':
      return send(from, on('inference', 'renounceOwnership'))
    case 'renounce ledger':
      return send(from, ledger('renounceOwnership'))
  }
}

/** ERC165, IServing, and the one that no contract supports. */
const INTERFACES = ['0x01ffc9a7', '0x160841b1', '0xffffffff']

const MAX_UINT256 = 2n ** 256n - 1n

/** A view with arguments outside of the regular comparison. */
export function lookAt(step: Extract<Step, { do: 'look' }>, from: string, people: People): Question {
  const page = [BigInt(step.offset), step.limit < 0 ? MAX_UINT256 : BigInt(step.limit)]
  const [provider, trainer] = [nth(people.inference, 0), nth(people.fineTuning, 0)]
  switch (step.what) {
    case 'getAllLedgers':
      return { from, ...ledger('getAllLedgers', ...page) }
    case 'getAllAccounts inference':
      return { from, ...on('inference', 'getAllAccounts', ...page) }
    case 'getAllAccounts fineTuning':
      return { from, ...on('fineTuning', 'getAllAccounts', ...page) }
    case 'getAccountsByUser inference':
      return { from, ...on('inference', 'getAccountsByUser', from, ...page) }
    case 'getAccountsByUser fineTuning':
      return { from, ...on('fineTuning', 'getAccountsByUser', from, ...page) }
    case 'getAllServices':
      return { from, ...on('inference', 'getAllServices', ...page) }
    case 'getBatchAccountsByUsers inference':
      return { from: provider, ...on('inference', 'getBatchAccountsByUsers', batch(step.limit, people)) }
    case 'getBatchAccountsByUsers fineTuning':
      return { from: trainer, ...on('fineTuning', 'getBatchAccountsByUsers', batch(step.limit, people)) }
    case 'getLedgerProviders':
      return { from, ...ledger('getLedgerProviders', from, 'inference-v2.0') }
    case 'getDeliverable':
      return { from, ...on('fineTuning', 'getDeliverable', from, trainer, idOf(step.offset)) }
    case 'no preview':
      return { from: provider, ...on('inference', 'previewSettlementResults', []) }
    case 'supportsInterface inference':
      return { from, ...on('inference', 'supportsInterface', nth(INTERFACES, step.offset % INTERFACES.length)) }
    case 'supportsInterface fineTuning':
      return { from, ...on('fineTuning', 'supportsInterface', nth(INTERFACES, step.offset % INTERFACES.length)) }
    case 'initialized':
      return { from, ...on('inference', 'initialized') }
  }
}

function batch(limit: number, { wallets, strangers }: People): string[] {
  return limit === 51 ? [...strangers].slice(0, 51) : [...wallets, nth(strangers, 0)]
}
