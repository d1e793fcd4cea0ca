import { expect } from 'vitest'
import type { StateValue } from 'xstate'
import type { HoldReason } from '../../machines/auto-funding/auto-funding.types.ts'
import { matchers } from './matchers.ts'

/** Importing this once, in a test or in `setupFiles`, adds the matchers to vitest's `expect`. */
expect.extend(matchers)

declare module 'vitest' {
  // oxlint-disable-next-line no-explicit-any -- it must look like the declaration that it is merged with
  interface Matchers<T = any> {
    /** An actor, or a snapshot of one, is in this state; `'refunding'` stands for any of its states. */
    toBeInState(state: StateValue): T
    /** An auto-funding actor, its status or a decision, alone or in a list, holds for this reason. */
    toHold(reason: HoldReason): T
  }
}
