import type { Block, Position } from '../../../machines/position.types.ts'
import type { ContractName } from '../../chain/port.ts'
import { createFineTuning } from './fine-tuning.ts'
import { createFunds } from './funds.ts'
import { createInference } from './inference.ts'
import { createLedger } from './ledger.ts'
import { positionOf } from './position.ts'
import { refundRules, type RefundRules } from './refunds.ts'
import { createRegistry } from './registry.ts'
import { Revert, type ContractFailure } from './revert.ts'
import { createStorage, type Storage } from './storage.ts'
import type { ContractEvent, Context } from './transaction.ts'

export type ContractsOptions = {
  addresses: Readonly<Record<ContractName, string>>
  /** Who may change lock times and acknowledge providers' signers. */
  owner: string
  /** Seconds that a refund is locked, in both services; an hour by default. */
  lockTime?: number
  /** In wei; 3 OG by default. */
  minLedgerBalance?: bigint
  /** In wei; 1 OG by default. */
  minTransfer?: bigint
  /** In percent; 30 by default. */
  penaltyPercentage?: number
  /** When the services were registered, in seconds. */
  registeredAt?: number
}

/** A function of a contract and its arguments as its ABI has them; no method is a plain transfer. */
export type ContractCall = { contract: ContractName; method: string; args: readonly unknown[] }

export type ContractTransaction = {
  from: string
  /** In wei. */
  value?: bigint
  call: ContractCall
  /** Of the block, in seconds. */
  timestamp: number
}

export type Execution = { ok: true; events: ContractEvent[] } | { ok: false; error: ContractFailure }
export type Answer = { ok: true; value: unknown } | { ok: false; error: ContractFailure }

type Parts = {
  /** Other rules than the contracts': to see that a proof finds the difference. */
  rules?: RefundRules
  /** Where everything is written; whoever gives it can go back. */
  storage?: Storage
}

export type Contracts = ReturnType<typeof createContracts>

const OG = 10n ** 18n
const PAYABLE = new Set(['addLedger', 'depositFund', 'depositFundFor', 'addOrUpdateService', 'addAccount'])

/**
 * LedgerManager, InferenceServing and FineTuningServing in memory: they do what the bytecode of today's deployments does,
 * call by call, and `npm run test:differential` proves it. Addresses must be spelled in one way throughout.
 */
export function createContracts(
  options: ContractsOptions,
  { rules = refundRules, storage = createStorage() }: Parts = {},
) {
  const { addresses, owner, lockTime = 3_600, penaltyPercentage = 30, registeredAt = 0 } = options
  const { minLedgerBalance = 3n * OG, minTransfer = OG } = options
  const funds = createFunds(storage)
  const service = (contract: 'inference' | 'fineTuning') => ({
    storage,
    funds,
    address: addresses[contract],
    owner,
    lockTime,
    rules,
    spend: (context: Pick<Context, 'emit'>, user: string, amount: bigint) =>
      ledger.spend(context, addresses[contract], user, amount),
  })
  const inference = createInference(service('inference'))
  const fineTuning = createFineTuning({ ...service('fineTuning'), penaltyPercentage })
  const registered = { version: 'v1.0', registeredAt }
  const registry = createRegistry([
    { ...registered, serving: inference.serving, serviceType: 'inference', description: 'Inference' },
    { ...registered, serving: fineTuning.serving, serviceType: 'fine-tuning', description: 'Fine-tuning' },
  ])
  const ledger = createLedger(storage, funds, registry, { address: addresses.ledger, minLedgerBalance, minTransfer })
  const calls = { ledger: ledger.calls, inference: inference.calls, fineTuning: fineTuning.calls }
  const common = { ledgerAddress: () => addresses.ledger, owner: () => owner }
  const views = {
    ledger: { ...ledger.views, ...registry.views, owner: () => owner },
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
    /**
     * Runs a call. A revert leaves everything as it was.
     *
     * @throws RangeError when `from` has less than `value`: no such transaction could be mined
     */
    execute({ from, value = 0n, call: { contract, method, args }, timestamp }: ContractTransaction): Execution {
      const mark = storage.mark()
      const events: ContractEvent[] = []
      const emit: Context['emit'] = (contract, name, args) => void events.push({ contract, name, args })
      try {
        funds.move(from, addresses[contract], value)
        const run = named(calls[contract], method)
        if (method === '') throw plainTransfer()
        if (!run || (value > 0n && !PAYABLE.has(method))) throw new Revert('no reason')
        run({ from, value, timestamp, emit } satisfies Context, ...args)
        return { ok: true, events }
      } catch (error) {
        storage.revert(mark)
        return { ok: false, error: failureOf(error) }
      }
    },
    /** What a view gives, with its results by name as its ABI has them; `from` matters to few. */
    view({ contract, method, args }: ContractCall, from = ''): Answer {
      const read = named(views[contract], method)
      try {
        if (!read) throw new Revert('no reason')
        return { ok: true, value: read(from, ...args) }
      } catch (error) {
        return { ok: false, error: failureOf(error) }
      }
    },
    positionOf: (wallet: string, block: Block): Position => positionOf(sources, wallet, block),
    /** Where everything is written: to go back, and to look back. */
    storage,
    balanceOf: funds.of,
    /** Makes money. */
    mint: funds.mint,
    /** Takes a wallet's money for gas. */
    burn: funds.burn,
  }
}

type Method = (context: unknown, ...args: readonly unknown[]) => unknown

/** Arguments are decoded here: whoever calls a function gives what its ABI asks for. */
function named(functions: object, name: string): Method | undefined {
  return Object.hasOwn(functions, name) ? (functions as Record<string, Method>)[name] : undefined
}

function plainTransfer(): Revert {
  return new Revert('DirectDepositsDisabled')
}

function failureOf(error: unknown): ContractFailure {
  if (!(error instanceof Revert)) throw error
  const { name, args } = error
  return { name, args }
}
