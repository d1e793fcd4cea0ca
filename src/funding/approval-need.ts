import { InvalidInputError } from '../base/errors.ts'

/** Where a person must approve each payment, as the beginning of a sentence; null where a program may pay by itself. */
export type ApprovalNeed = () => string | null

/**
 * In a page each transaction opens a wallet that a person must expect. A journal that is gone with the program cannot keep the next
 * program from paying again, so a person approves each payment.
 */
export function approvalNeedOf({ isForgetful }: { isForgetful: boolean }): ApprovalNeed {
  return () => {
    if ('document' in globalThis) return 'In a browser'
    return isForgetful ? 'Without a journal that outlives this program' : null
  }
}

/** @throws InvalidInputError where a person must approve each payment */
export function checkAutoClaim(mustAsk: ApprovalNeed): void {
  const where = mustAsk()
  if (where !== null) throw noAutoClaim(where)
}

export function noAutoClaim(where: string, facts: Record<string, string> = {}): InvalidInputError {
  return new InvalidInputError(`${where} refunds are not claimed by themselves.`, {
    ...facts,
    do: 'leave autoClaim out, and call claimRefunds when the person at the page asks for it',
  })
}
