import { messagesOf } from './cause.ts'
import { revertData } from './reverts.ts'

const RATE_LIMIT = /rate.?limit|too many requests|quota|\b429\b/i
const TOO_MUCH =
  /out of gas|gas (?:limit|required|allowance|cap|uint64)|exceeds? .*gas|execution (?:aborted|timeout)|too (?:large|big|long|much)|(?:size|body|payload|response).*(?:exceed|limit)|exceed.*(?:size|limit|maximum)|\b413\b/i

/** Whether a node refuses a call for its size: its gas, its time, or the length of its data or answer. */
export function isTooMuch(error: unknown): boolean {
  const messages = messagesOf(error).join(' ')
  if (RATE_LIMIT.test(messages)) return false
  // Each call of an aggregate may fail: the aggregate itself reverts only where the gas does not last.
  return revertData(error) !== null || TOO_MUCH.test(messages)
}
