/** The classes whose code is made of their name: `LockedError` has `OG_LEDGER_LOCKED`. */
const NAMES = [
  'Aborted',
  'AccountNotExists',
  'BudgetExhausted',
  'CapabilityMissing',
  'ChunkLoad',
  'ClosingCancelled',
  'ClosingStuck',
  'Contract',
  'Delivery',
  'FeesTooHigh',
  'GasEstimate',
  'InDoubt',
  'InsufficientBalance',
  'InsufficientGas',
  'InvalidInput',
  'Journal',
  'LeaseLost',
  'LedgerClosing',
  'LedgerExists',
  'LedgerNotExists',
  'Locked',
  'MinimumDepositRequired',
  'MustWithdrawAllFundsFirst',
  'NotFunded',
  'NotLoaded',
  'NotRecorded',
  'NotSent',
  'NothingToRetrieve',
  'NothingToWithdraw',
  'Overtaken',
  'PartlyDone',
  'ProviderUrl',
  'PutBackPending',
  'Read',
  'ReadOnly',
  'RefundPending',
  'RefusedByNode',
  'ServiceNotOffered',
  'SessionToken',
  'Signing',
  'StaleReading',
  'Superseded',
  'TooManyRefunds',
  'TransactionReverted',
  'UnknownPending',
  'UnresolvedIntent',
  'UnsettledFee',
  'WouldLock',
  'WrongChain',
] as const

type Name = (typeof NAMES)[number]

/** In capitals, with `_` between the words. */
type Words<
  Text extends string,
  Before extends 'small' | 'capital' = 'capital',
> = Text extends `${infer First}${infer Rest}`
  ? First extends Uppercase<First>
    ? `${Before extends 'small' ? '_' : ''}${First}${Words<Rest>}`
    : `${Uppercase<First>}${Words<Rest, 'small'>}`
  : ''

type ErrorCodes = Readonly<
  { [Each in Name as `${Each}Error`]: `OG_LEDGER_${Words<Each>}` } & {
    OgLedgerError: 'OG_LEDGER_ERROR'
    RefusedError: 4001
  }
>

/**
 * The code of each class of error, by its name. A code stays what it is, whatever becomes of class names and sentences, also in a
 * minified bundle. A refusal has the number that wallets give it (EIP-1193).
 */
export const errorCodes = {
  ...Object.fromEntries(NAMES.map((name) => [`${name}Error`, `OG_LEDGER_${wordsOf(name)}`])),
  OgLedgerError: 'OG_LEDGER_ERROR',
  RefusedError: 4001,
} as ErrorCodes

/** What `code` of an error may be. */
export type ErrorCode = (typeof errorCodes)[keyof typeof errorCodes]

/** The code of a class; of one that is not listed, such as an app's own, that of `OgLedgerError`. */
export function codeOf(name: string): ErrorCode {
  return isListed(name) ? errorCodes[name] : errorCodes.OgLedgerError
}

function isListed(name: string): name is keyof typeof errorCodes {
  return Object.hasOwn(errorCodes, name)
}

function wordsOf(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()
}
