import { weiToOg } from './amounts.ts'

/** Arguments of a contract's error by name: amounts and counts as bigint, addresses and texts as strings. */
export type ErrorArgs = Readonly<Record<string, unknown>>

/** What an error of a contract means. */
export type ContractErrorText = {
  sentence: string | ((args: ErrorArgs) => string)
  advice?: (args: ErrorArgs, operation: string) => string
  /** Which arguments are amounts in wei. */
  amounts?: readonly string[]
  retryable?: boolean
}

/** Why LedgerManager and its services raise each of their errors, for people. */
const texts: Readonly<Record<string, ContractErrorText>> = {
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

/** The text of a contract's error by the contract's own name for it; `Error` is that of older contracts, which gave a text alone. */
export function textOf(errorName: string): ContractErrorText {
  const known = texts[errorName]
  if (known) return known
  return { sentence: errorName === 'Error' ? 'The contract refused.' : `The contract refused with ${errorName}.` }
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
