import type { Failure } from './auto-funding.types.ts'

/** Why something failed, and when. Without a time the back-off counts from the decision. */
export type Rejection = { message: string; at: number | null; isOvertaken: boolean }

/** What an invoked actor rejected with. An error may carry its time (`at`, in seconds of block time), and that it was `overtaken`. */
export function rejectionOf(error: unknown): Rejection {
  if (!(error instanceof Error)) return { message: String(error), at: null, isOvertaken: false }
  return {
    message: error.message,
    at: 'at' in error && typeof error.at === 'number' ? error.at : null,
    isOvertaken: 'overtaken' in error && error.overtaken === true,
  }
}

/** The failure after another one in a row, or the first. */
export function nextFailure(
  { failure, decidedAt }: { failure: Failure | null; decidedAt: number },
  { message, at }: Rejection,
): Failure {
  return { count: (failure?.count ?? 0) + 1, at: at ?? decidedAt, message }
}
