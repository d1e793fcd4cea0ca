import { weiToOg } from './amounts.ts'
import type { ContractErrorText, ErrorArgs } from './contract-error-texts.ts'

/** Why LedgerManager and its services refuse transactions, for people. */
export const refusalTexts: Readonly<Record<string, ContractErrorText>> = {
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
  TooManyRefunds: {
    sentence: 'Five refunds are open for this sub-account, the most that the contract keeps.',
    advice: () => 'wait until the oldest can be claimed, or cancel the newest by a transferFund of its amount',
  },
  AdditionalInfoTooLong: { sentence: 'The additional info is too long; its length is counted in UTF-8 bytes.' },
  TooManyProvidersForService: {
    sentence: 'The wallet has the most sub-accounts that this service allows.',
    advice: () => 'empty ones keep their place; only closing the ledger frees it',
  },
  ZeroAmountNotAllowed: { sentence: 'The amount is zero.' },
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
