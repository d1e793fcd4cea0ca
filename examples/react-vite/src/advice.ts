import { LockedError, RefusedError, UnresolvedIntentError, WrongChainError, NotSentError } from 'og-ledger'

/** One sentence for the person at the page: what happened to the money, and what to do. */
export function adviceOn(error: Error): string {
  if (error instanceof RefusedError) return 'You rejected it in the wallet. Nothing was sent.'
  if (error instanceof WrongChainError)
    return 'Your wallet is on another chain. Nothing was sent: switch it, and try again.'
  if (error instanceof LockedError) return 'Another tab sends for this wallet. Use that one, or close it.'
  if (error instanceof UnresolvedIntentError)
    return 'The wallet did not say whether it sent this. Look into the wallet: the page shows it once the chain does.'
  const [sentence = error.message] = error.message.split('\n')
  return error instanceof NotSentError ? `Nothing was sent. ${sentence}` : sentence
}
