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

/** Why LedgerManager and its services refuse what is read, for people; and whom nothing can be paid to. */
const texts: Readonly<Record<string, ContractErrorText>> = {
  LedgerNotExists: { sentence: 'This wallet has no ledger.', advice: () => 'open one with addLedger or depositFund' },
  AccountNotExists: {
    sentence: 'There is no sub-account with this provider.',
    advice: () => 'transferFund opens one and acknowledges the provider',
  },
  ServiceNotFound: { sentence: 'No service is registered under this name.' },
  ServiceNotExist: { sentence: 'This provider offers no service.' },
  TooManyProviders: { sentence: 'Too many providers for one call.' },
  ZeroAddressNotAllowed: { sentence: 'The recipient is the zero address.' },
  InvalidAddress: { sentence: 'The provider is the zero address.' },
  ProviderCannotBeUser: { sentence: 'The provider is the wallet itself.' },
  LimitTooLarge: { sentence: 'The page is larger than the contract allows.' },
}

/** The text of a contract's error by the contract's own name for it; `Error` is that of older contracts, which gave a text alone. */
export function textOf(errorName: string): ContractErrorText {
  const known = texts[errorName]
  if (known) return known
  return { sentence: errorName === 'Error' ? 'The contract refused.' : `The contract refused with ${errorName}.` }
}
