import type { Block, Position } from '../../../machines/position.types.ts'
import type { ContractName } from '../../chain/port.ts'
import type { ContractCall } from './contract-call.ts'
import { createFineTuning } from './fine-tuning.ts'
import { createFunds } from './funds.ts'
import { gasOf } from './gas.ts'
import { createInference } from './inference.ts'
import { createLedger } from './ledger.ts'
import { positionOf } from './position.ts'
import { refundRules, type RefundRules } from './refunds.ts'
import { createOwnership } from './ownership.ts'
import { createRegistry } from './registry.ts'
import { Revert, type ContractFailure } from './revert.ts'
import { createStorage, type Storage } from './storage.ts'
import type { ContractEvent, Context } from './transaction.ts'
import { createUnlinkedServing } from './unlinked-serving.ts'

export type ContractsOptions = {
  addresses: Readonly<Record<ContractName, string>>
  /** The account that may change lock times and acknowledge providers' signers. */
  owner: string
  /** Lock time of refunds in seconds, in both services; an hour by default. */
  lockTime?: number
  /** In wei; 3 OG by default. */
  minLedgerBalance?: bigint
  /** In wei; 1 OG by default. */
  minTransfer?: bigint
  /** In percent; 30 by default. */
  penaltyPercentage?: number
  /** Registration time of the services, in seconds. */
  registeredAt?: number
  /** The chain that settlements are signed for; 31337 by default. */
  chainId?: number
  /** Further contracts that implement IServing, without initialization: the owner can register them. */
  unlinked?: readonly string[]
}

export type ContractTransaction = {
  from: string
  /** In wei. */
  value?: bigint
  call: ContractCall
  /** Of the block, in seconds. */
  timestamp: number
}

/** `value` is what the function returns, as an eth_call would give it: in the form of its ABI. */
export type Execution = (Success | Failure) & {
  /** What the transaction takes, also where it reverts. */
  gas: bigint
}
type Success = { ok: true; events: ContractEvent[]; value: unknown }
export type Failure = { ok: false; error: ContractFailure }
export type Answer = { ok: true; value: unknown } | Failure

type Parts = {
  /** Wrong rules, for a test that the differential proof finds them. */
  rules?: RefundRules
  /** The storage; its owner can revert it. */
  storage?: Storage
}

export type Contracts = {
  /**
   * Executes a call. A revert undoes all its writes.
   *
   * @throws RangeError when `from` owns less than `value`: no chain would mine such a transaction
   */
  execute(transaction: ContractTransaction): Execution
  /** The result of a view, in the form of its ABI; only some views depend on `from`. */
  view(call: ContractCall, from?: string): Answer
  positionOf(wallet: string, block: Block): Position
  /** The storage, for going back and for reads of the past. */
  storage: Storage
  balanceOf(address: string): bigint
  /** Creates money. */
  mint(address: string, amount: bigint): void
  /** Destroys a wallet's money: gas. */
  burn(address: string, amount: bigint): void
}

const OG = 10n ** 18n
/** Calls of services that OpenZeppelin's ReentrancyGuard protects. Its word exists from the first of them. */
const GUARDED = new Set(['settleFeesWithTEE', 'settleFees', 'removeService'])
const PAYABLE = new Set(['addLedger', 'depositFund', 'depositFundFor', 'addOrUpdateService', 'addAccount'])

/**
 * LedgerManager, InferenceServing and FineTuningServing in memory. They behave like the bytecode of today's deployments, call by
 * call: `npm run test:differential` proves it. All addresses must have the same spelling.
 */
export function createContracts(
  options: ContractsOptions,
  { rules = refundRules, storage = createStorage() }: Parts = {},
): Contracts {
  const { addresses, owner, lockTime = 3_600, penaltyPercentage = 30, registeredAt = 0, chainId = 31337 } = options
  const { minLedgerBalance = 3n * OG, minTransfer = OG } = options
  const funds = createFunds(storage)
  const guards = storage.table<true>()
  const service = (contract: 'inference' | 'fineTuning') => ({
    storage,
    funds,
    address: addresses[contract],
    owner,
    lockTime,
    place: { chainId, verifyingContract: addresses[contract] },
    rules,
    spend: (context: Pick<Context, 'emit'>, user: string, amount: bigint) =>
      ledger.spend(context, addresses[contract], user, amount),
  })
  const inference = createInference(service('inference'))
  const fineTuning = createFineTuning({ ...service('fineTuning'), penaltyPercentage })
  const ownership = createOwnership(storage, 'ledger', owner)
  const registered = { version: 'v1.0', registeredAt }
  const unlinked = (options.unlinked ?? []).map((address) => createUnlinkedServing(storage, address))
  const registry = createRegistry(storage, {
    first: [
      { ...registered, address: addresses.inference, serviceType: 'inference', description: 'Inference' },
      { ...registered, address: addresses.fineTuning, serviceType: 'fine-tuning', description: 'Fine-tuning' },
    ],
    servings: [inference.serving, fineTuning.serving, ...unlinked],
    requireOwner: ownership.require,
  })
  const ledger = createLedger(storage, funds, registry, { address: addresses.ledger, minLedgerBalance, minTransfer })
  const calls = {
    ledger: { ...ledger.calls, ...registry.calls, ...ownership.calls },
    inference: inference.calls,
    fineTuning: fineTuning.calls,
  }
  const common = { ledgerAddress: () => addresses.ledger }
  const views = {
    ledger: { ...ledger.views, ...registry.views, ...ownership.views },
    inference: { ...inference.views, ...common },
    fineTuning: { ...fineTuning.views, ...common },
  }
  const sources = {
    find: ledger.find,
    services: [
      ['inference', inference.serving],
      ['fine-tuning', fineTuning.serving],
    ] as const,
    balanceOf: funds.of,
    rules,
  }

  return {
    execute({ from, value = 0n, call, timestamp }) {
      const mark = storage.mark()
      const events: ContractEvent[] = []
      const traces = { events, worked: 0, ran: false }
      const context: Context = {
        from,
        value,
        timestamp,
        emit: (contract, name, args) => void events.push({ contract, name, args }),
        work: (gas) => void (traces.worked += gas),
      }
      const answer = answerOf(() => {
        const { contract, method, args } = call
        funds.move(from, addresses[contract], value)
        const run = methodOf(calls[contract], method)
        if (method === '') throw new Revert('DirectDepositsDisabled')
        if (!run || (value > 0n && !PAYABLE.has(method))) throw new Revert('no reason')
        if (GUARDED.has(method)) guards.set(contract, true)
        traces.ran = true
        return run(context, ...args)
      })
      const gas = gasOf(call, { ...traces, ok: answer.ok, words: storage.wordsSince(mark) })
      if (answer.ok) return { ...answer, events, gas }
      storage.revert(mark)
      return { ...answer, gas }
    },
    view: ({ contract, method, args }, from = '') =>
      answerOf(() => {
        const read = methodOf(views[contract], method)
        if (!read) throw new Revert('no reason')
        return read(from, ...args)
      }),
    positionOf: (wallet, block) => positionOf(sources, wallet, block),
    storage,
    balanceOf: funds.of,
    mint: funds.mint,
    burn: funds.burn,
  }
}

type Method = (context: unknown, ...args: readonly unknown[]) => unknown

/** Finds a function by name. The caller passes the arguments of its ABI. */
function methodOf(functions: object, name: string): Method | undefined {
  return Object.hasOwn(functions, name) ? (functions as Record<string, Method>)[name] : undefined
}

/** @throws whatever is no revert */
function answerOf(run: () => unknown): Answer {
  try {
    return { ok: true, value: run() }
  } catch (error) {
    if (!(error instanceof Revert)) throw error
    const { name, args } = error
    return { ok: false, error: { name, args } }
  }
}
