import { Lazy } from '../base/lazy.ts'
import { ReadOnlyError } from '../base/errors.ts'
import type { Sending } from './engine-options.ts'

/** What only a broker with a signer has, made at its first use. Without one each use throws ReadOnlyError. */
export function sendingPart<Part extends object>(
  { sending, wallet }: { sending: Sending | null; wallet: string },
  make: (sending: Sending) => Part,
): Lazy<Part> {
  return new Lazy(() => {
    if (!sending) throw new ReadOnlyError(wallet)
    return make(sending)
  })
}
