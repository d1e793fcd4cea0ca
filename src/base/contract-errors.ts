import { weiToOg } from './amounts.ts'
import { textOf, type ContractErrorText, type ErrorArgs } from './contract-error-texts.ts'
import { OgLedgerError } from './og-ledger-error.ts'

export type ContractErrorInput = {
  /** The contract's function that was called. */
  operation: string
  /** The contract's own name for it, such as `LedgerNotExists`. `Error` where an older contract gave only a text. */
  errorName: string
  errorArgs?: ErrorArgs
  cause?: unknown
  /** What it means, where that is no error of a view. */
  text?: ContractErrorText | undefined
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

  constructor(
    { operation, errorName, errorArgs = {}, cause, text = textOf(errorName) }: ContractErrorInput,
    mined: Mined | null = null,
  ) {
    const { sentence, advice, amounts = [], retryable = false } = text
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

/** The error class for a contract's error, as a view raises it. */
export function contractError(input: ContractErrorInput): ContractError {
  return new (children[input.errorName] ?? ContractError)(input)
}

function formatArgs(args: ErrorArgs, amounts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'bigint' && amounts.includes(name) ? `${weiToOg(value)} OG` : String(value),
    ]),
  )
}
