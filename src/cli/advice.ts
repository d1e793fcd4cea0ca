import { OgLedgerError } from '../index.ts'

/** The message of an error, with its advice in the words of the command line. */
export function messageInCommands(error: Error): string {
  const advice = error instanceof OgLedgerError ? error.facts['do'] : undefined
  return advice === undefined ? error.message : error.message.replace(advice, () => adviceInCommands(advice))
}

/** Advice of the library, which names its functions and options, in commands. */
export const adviceInCommands = (advice: string): string =>
  words.reduce((text, [library, command]) => text.replace(library, command), advice)

/** Whole phrases come before the names that they contain. */
const words: readonly (readonly [RegExp, string])[] = [
  [/,? or pass a journal to createBroker(: openFileJournal.*)?$/, ''],
  [
    /call resolveIntent\(id\) with its hash or "not-sent"/,
    'run og-ledger transactions --resolve ID with --hash HASH or --not-sent',
  ],
  [/with ledger\.cancelClosing\(\) or og-ledger close --cancel/, 'with og-ledger close --cancel'],
  [/cancelClosing\(\)/, 'og-ledger close --cancel'],
  [
    /any broker of this wallet that reads positions goes on with it/,
    'og-ledger auto-fund, watch or close --wait goes on with it',
  ],
  [/retrieveFundFromProvider with \{ force: true \}/, 'og-ledger retrieve --provider --force'],
  [/retrieveFundFromProvider/, 'og-ledger retrieve --provider'],
  [/retrieveFund\('([^']+)'\)/, 'og-ledger retrieve $1'],
  [/pass \{ onPendingRefund: 'reuse' \} to take from it/, 'auto-fund --on-pending-refund reuse takes from it'],
  [/or pass force: true \(--force\)/, 'or use --force'],
  [/start auto-funding with/, 'start auto-fund with'],
  [/maxUnsettledFee/, '--max-unsettled-fee'],
  [/minLockedBalance/, '--min-locked-balance'],
  [/firstDay/, '--first-day'],
  [
    /pass a NetworkConfig with the addresses of the contracts/,
    'name the contracts with --chain-id, --ledger and --inference',
  ],
  [/resumeAutoFunding\(provider\)/, 'og-ledger resume PROVIDER'],
  [/call stopAutoFunding\(provider\) first/, 'end auto-fund of the provider first'],
  [/, or raise maxFeePerGas/, ''],
  [/call claimRefunds when/, 'run og-ledger claim when'],
  [/claimRefunds(\(\))?/, 'og-ledger claim'],
  [/depositFundFor/, 'og-ledger deposit-for'],
  [/depositFund/, 'og-ledger deposit'],
  [/addLedger/, 'og-ledger add-ledger'],
  [/a transferFund/, 'og-ledger transfer'],
  [/transferFund/, 'og-ledger transfer'],
  [/deleteLedger/, 'og-ledger delete'],
  [/closeLedger(\(\))?/, 'og-ledger close'],
  [/call og-ledger/, 'run og-ledger'],
]
