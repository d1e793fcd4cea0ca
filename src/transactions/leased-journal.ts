import { InvalidInputError } from '../base/errors.ts'
import { isLeased } from './is-leased.ts'
import type { Journal } from './journal.types.ts'

/** The connection that a journal is to serve. `signs` is false for a wallet that signs only while it sends. */
export type JournalUse = { chainId: bigint; wallet: string; signs: boolean }

/**
 * Refuses what a lease cannot protect: another wallet's transactions, and a wallet that sends before the signed bytes are recorded.
 *
 * @throws InvalidInputError
 */
export function checkLeasedJournal(journal: Journal, { chainId, wallet, signs }: JournalUse): void {
  if (!isLeased(journal)) return
  if (journal.chainId !== chainId || journal.wallet.toLowerCase() !== wallet.toLowerCase())
    throw new InvalidInputError('The journal is the lease of another wallet, or of another chain.', {
      journal: `${journal.wallet} on chain ${journal.chainId}`,
      broker: `${wallet} on chain ${chainId}`,
    })
  if (!signs)
    throw new InvalidInputError(
      'A wallet that signs only while it sends cannot share its journal with other machines.',
      {
        wallet,
        do: 'pass a signer that signs by itself, such as new Wallet(key, provider), or leave journal out and run one process',
      },
    )
}

/** Refuses a key that deposits and has no journal of its own, where the broker's journal is shared by machines: its own would not be. */
export function checkPayerJournal(journal: Journal | null | undefined, payer: string): void {
  if (!journal || !isLeased(journal)) return
  throw new InvalidInputError('The key that deposits needs a journal that all machines share, as the wallet has.', {
    payer,
    do: 'pass from: { signer, journal } with a leased journal of that key',
  })
}
