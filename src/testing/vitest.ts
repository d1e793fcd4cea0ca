import { expect } from 'vitest'
// oxlint-disable-next-line no-unassigned-import -- the declarations keep this import: vitest before 3.2 needs it
import 'vitest'
import type { StateValue } from 'xstate'
import type { HoldReason } from '../../machines/auto-funding/auto-funding.types.ts'
import { matchers } from './matchers.ts'

/** Import this module once, in a test or in `setupFiles`: it adds the matchers to vitest's `expect`. */
expect.extend(matchers)

interface AddedMatchers<T> {
  /** An actor or its snapshot is in this state; `'refunding'` matches its substates. */
  toBeInState(state: StateValue): T
  /** An auto-funding actor, its status or a decision, alone or as the only list entry, holds for this reason. */
  toHold(reason: HoldReason): T
}

/* oxlint-disable no-explicit-any -- these declarations must equal vitest's, which they extend */
declare module 'vitest' {
  interface Matchers<T = any> extends AddedMatchers<T> {}
  // vitest before 3.2 uses these two.
  interface Assertion<T = any> extends AddedMatchers<T> {}
  interface AsymmetricMatchersContaining extends AddedMatchers<any> {}
}
