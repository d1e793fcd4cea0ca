import type { Clock } from '../base/clock.ts'
import { NotSentError, SigningError } from '../base/errors.ts'
import { withTimeout } from '../base/timeout.ts'
import type { TransactionPort } from '../chain/port.ts'
import { PortOver } from './port-over.ts'

/** A key that signs before it sends: in memory, a key service, or a device whose button a person presses. */
export const SIGN_TIMEOUT_MS = 120_000
/** A wallet that signs only while it sends asks a person, who may be away from the screen. */
export const SEND_TIMEOUT_MS = 600_000

/**
 * A port whose `sign` ends in time: a signer that never answers would keep every later transaction from its nonce. A
 * signature that comes later is dropped, and never broadcast.
 */
export function withSigningTimeout(port: TransactionPort, ms: number, clock: Clock): TransactionPort {
  const { sign } = port
  if (!sign) return port
  return new PortOver(port, async (call, options) => {
    try {
      return await withTimeout(ms, () => sign(call, options), clock)
    } catch (error) {
      if (error instanceof NotSentError) throw error
      const reason = error instanceof Error ? error.message : String(error)
      throw new SigningError({ operation: call.method, reason }, { cause: error })
    }
  })
}
