import { expect } from 'vitest'
// oxlint-disable-next-line no-unassigned-import -- this one stays in the declarations: vitest before 3.2 needs it there
import 'vitest'
import type { StateValue } from 'xstate'
import type { HoldReason } from '../../machines/auto-funding/auto-funding.types.ts'
import { matchers } from './matchers.ts'

/** Importing this once, in a test or in `setupFiles`, adds the matchers to vitest's `expect`. */
expect.extend(matchers)

interface AddedMatchers<T> {
  /** An actor, or a snapshot of one, is in this state; `'refunding'` stands for any of its states. */
  toBeInState(state: StateValue): T
  /** An auto-funding actor, its status or a decision, alone or in a list, holds for this reason. */
  toHold(reason: HoldReason): T
}

/* oxlint-disable no-explicit-any -- they must look like the declarations that they are merged with */
declare module 'vitest' {
  interface Matchers<T = any> extends AddedMatchers<T> {}
  // Before 3.2 vitest looks for them in these two.
  interface Assertion<T = any> extends AddedMatchers<T> {}
  interface AsymmetricMatchersContaining extends AddedMatchers<any> {}
}
