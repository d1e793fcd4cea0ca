import { weiToOg } from './amounts.ts'
import { OgLedgerError } from './og-ledger-error.ts'

/** Arguments of a contract's error by name: amounts and counts as bigint, addresses and texts as strings. */
export type ErrorArgs = Readonly<Record<string, unknown>>

export type ContractErrorInput = {
  /** The contract's function that was called. */
  operation: string
  /** The contract's own name for it, such as `LedgerNotExists`. `Error` where an older contract gave only a text. */
  errorName: string
  errorArgs?: ErrorArgs
  cause?: unknown
}

/**
 * A contract refused, or would refuse: a gas estimate, a read or a mined revert says so, or the library foresees it where
 * the contract hides its reason. Unless the message says that the transaction was mined, nothing was sent.
 */
export class ContractError extends OgLedgerError {
  override readonly name: string = 'ContractError'
  readonly operation: string
  readonly errorName: string
  readonly errorArgs: ErrorArgs

  constructor({ operation, errorName, errorArgs = {}, cause }: ContractErrorInput, mined: Mined | null = null) {
    const { sentence, advice, amounts = [], retryable = false } = texts[errorName] ?? textOfUnknown(errorName)
    const said = typeof sentence === 'string' ? sentence : sentence(errorArgs)
    super(
      mined ? `${said} The transaction was mined and reverted; only its gas was paid.` : said,
      {
        operation,
        error: errorName,
        ...formatArgs(errorArgs, amounts),
        transaction: mined?.transactionHash,
        do: advice?.(errorArgs, operation),
      },
      { cause, retryable },
    )
    this.operation = operation
    this.errorName = errorName
    this.errorArgs = errorArgs
  }
}

export type Mined = { transactionHash: string; blockNumber: number }

/** The wallet has no ledger. */
export class LedgerNotExistsError extends ContractError {
  override readonly name = 'LedgerNotExistsError'
}
/** The wallet has a ledger already. */
export class LedgerExistsError extends ContractError {
  override readonly name = 'LedgerExistsError'
}
/** There is no sub-account with this provider. */
export class AccountNotExistsError extends ContractError {
  override readonly name = 'AccountNotExistsError'
}
/** The amount is less than the minimum that the contract accepts, or would leave less than it. */
export class MinimumDepositRequiredError extends ContractError {
  override readonly name = 'MinimumDepositRequiredError'
}
/** The amount is more than the ledger has available. */
export class InsufficientBalanceError extends ContractError {
  override readonly name = 'InsufficientBalanceError'
}
/** Five refunds are open for this sub-account: the most that the contract keeps. */
export class TooManyRefundsError extends ContractError {
  override readonly name = 'TooManyRefundsError'
}
/** Money is still in the ledger or its sub-accounts. */
export class MustWithdrawAllFundsFirstError extends ContractError {
  override readonly name = 'MustWithdrawAllFundsFirstError'
}
/** A transaction was mined and reverted: only its gas was paid. */
export class TransactionRevertedError extends ContractError {
  override readonly name = 'TransactionRevertedError'
  readonly transactionHash: string
  readonly blockNumber: number

  constructor(input: ContractErrorInput, mined: Mined) {
    super(input, mined)
    this.transactionHash = mined.transactionHash
    this.blockNumber = mined.blockNumber
  }
}

const children: Readonly<Record<string, new (input: ContractErrorInput) => ContractError>> = {
  LedgerNotExists: LedgerNotExistsError,
  LedgerExists: LedgerExistsError,
  AccountNotExists: AccountNotExistsError,
  MinimumDepositRequired: MinimumDepositRequiredError,
  InsufficientBalance: InsufficientBalanceError,
  InsufficientAvailableBalance: InsufficientBalanceError,
  TooManyRefunds: TooManyRefundsError,
  MustWithdrawAllFundsFirst: MustWithdrawAllFundsFirstError,
}

/** The error class for a contract's error. */
export function contractError(input: ContractErrorInput): ContractError {
  return new (children[input.errorName] ?? ContractError)(input)
}

type Text = {
  sentence: string | ((args: ErrorArgs) => string)
  advice?: (args: ErrorArgs, operation: string) => string
  /** Which arguments are amounts in wei. */
  amounts?: readonly string[]
  retryable?: boolean
}

/** Why LedgerManager and its services raise each of their errors, for people. */
const texts: Readonly<Record<string, Text>> = {
  LedgerNotExists: { sentence: 'This wallet has no ledger.', advice: () => 'open one with addLedger or depositFund' },
  LedgerExists: { sentence: 'This wallet has a ledger already.', advice: () => 'add to it with depositFund' },
  LedgerLocked: { sentence: 'The ledger is inside another operation of the same wallet.', retryable: true },
  MinimumDepositRequired: {
    sentence: 'The amount is below the minimum of the contract.',
    amounts: ['provided', 'required', 'available'],
    advice({ provided, required, available }, operation) {
      if (typeof provided !== 'bigint' || typeof required !== 'bigint') return 'use a larger amount'
      if (operation !== 'refund') return `use at least ${weiToOg(required)} OG`
      if (typeof available === 'bigint') return legalRefunds(available, required)
      const less = weiToOg(required - provided)
      return `nothing or at least ${weiToOg(required)} OG must stay: withdraw everything, or ${less} OG less`
    },
  },
  InsufficientBalance: {
    sentence: 'The ledger has less available than that.',
    amounts: ['available', 'required', 'locked'],
    advice: () => 'what is in sub-accounts is locked: retrieve it first, or ask for less',
  },
  InsufficientAvailableBalance: {
    sentence: (args) => `The ledger is short by ${withUnit(shortBy(args)).trim() || 'some OG'}.`,
    amounts: ['available', 'required'],
    advice: (args) => `deposit ${withUnit(shortBy(args))}more, or transfer less`,
  },
  MustWithdrawAllFundsFirst: {
    sentence: 'The ledger still holds money.',
    amounts: ['remainingBalance'],
    advice: () => 'retrieve from every provider, wait for the lock, then refund; closeLedger does all of it',
  },
  AccountNotExists: {
    sentence: 'There is no sub-account with this provider.',
    advice: () => 'transferFund opens one and acknowledges the provider',
  },
  TooManyRefunds: {
    sentence: 'Five refunds are open for this sub-account, the most that the contract keeps.',
    advice: () => 'wait until the oldest can be claimed, or cancel the newest by a transferFund of its amount',
  },
  ServiceNotFound: { sentence: 'No service is registered under this name.' },
  ServiceNotExist: { sentence: 'This provider offers no service.' },
  AdditionalInfoTooLong: { sentence: 'The additional info is too long; its length is counted in UTF-8 bytes.' },
  TooManyProviders: { sentence: 'Too many providers for one call.' },
  TooManyProvidersForService: {
    sentence: 'The wallet has the most sub-accounts that this service allows.',
    advice: () => 'empty ones keep their place; only closing the ledger frees it',
  },
  ZeroAmountNotAllowed: { sentence: 'The amount is zero.' },
  ZeroAddressNotAllowed: { sentence: 'The recipient is the zero address.' },
  InvalidAddress: { sentence: 'The provider is the zero address.' },
  ProviderCannotBeUser: { sentence: 'The provider is the wallet itself.' },
  CannotRevokeWithNonZeroBalance: {
    sentence: 'The acknowledgement cannot be taken back while the sub-account holds money.',
    amounts: ['balance'],
    advice: () => 'ask it back with retrieveFundFromProvider, and claim it once its lock is over',
  },
  CallFailed: {
    sentence: 'The service contract refused the call and LedgerManager hides why.',
    advice: () => 'check that the provider is right and that the gas limit is not set by hand',
  },
  TransferFailed: { sentence: 'The contract could not send the money.' },
  TransferToLedgerFailed: { sentence: 'The service could not send the money back to the ledger.' },
  DirectDepositsDisabled: {
    sentence: 'The contract takes no plain transfers.',
    advice: () => 'use depositFund',
  },
  LimitTooLarge: { sentence: 'The page is larger than the contract allows.' },
}

/** What a ledger lacks, in OG; null where the contract did not say. */
function shortBy({ available, required }: ErrorArgs): string | null {
  return typeof available === 'bigint' && typeof required === 'bigint' ? weiToOg(required - available) : null
}

const withUnit = (og: string | null): string => (og === null ? '' : `${og} OG `)

/** The amounts that leave nothing in the ledger, or at least the minimum. */
function legalRefunds(available: bigint, minimum: bigint): string {
  const everything = `everything: ${weiToOg(available)} OG`
  return available > minimum
    ? `withdraw at most ${weiToOg(available - minimum)} OG, or ${everything}`
    : `less than ${weiToOg(minimum)} OG may not stay; withdraw ${everything}`
}

function textOfUnknown(errorName: string): Text {
  return errorName === 'Error'
    ? { sentence: 'The contract refused.' }
    : { sentence: `The contract refused with ${errorName}.` }
}

function formatArgs(args: ErrorArgs, amounts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'bigint' && amounts.includes(name) ? `${weiToOg(value)} OG` : String(value),
    ]),
  )
}
