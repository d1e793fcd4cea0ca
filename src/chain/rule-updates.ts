import { createCachedQuestion } from '../base/cached-question.ts'
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Pending } from '../base/pending.ts'
import type { Rules } from './port.ts'

const GOOD_FOR_MS = 600_000

export type RuleUpdatesOptions = {
  /** The rules as they were read at connecting: the same object gets each newer answer. */
  rules: Rules
  readRules: () => Promise<Rules>
  clock: Clock
  logger: Logger
}

/** Keeps the deployment's rules up to date: its owner may change minimums and lock times while a broker runs. */
export type RuleUpdates = {
  /** Reads the rules again where they are ten minutes old, or in doubt; null where they are not. It waits half a second at most. */
  refresh(): Pending
  /** A contract refused by a rule that the broker did not expect: the next refresh reads the rules again. */
  doubt(): void
}

export function createRuleUpdates({ rules, readRules, clock, logger }: RuleUpdatesOptions): RuleUpdates {
  let dueAt = clock.now() + GOOD_FOR_MS
  const question = createCachedQuestion({ query: read, goodForMs: () => 0, clock })

  return {
    refresh: () => (clock.now() >= dueAt ? question.refresh() : null),
    doubt() {
      dueAt = 0
    },
  }

  async function read(): Promise<void> {
    // A failure leaves the last rules, and waits as long: the next reading has other work.
    dueAt = clock.now() + GOOD_FOR_MS
    try {
      Object.assign(rules, await readRules())
    } catch (error) {
      logger.warn({ err: error }, 'the rules of the contracts could not be read again; the last ones stand')
    }
  }
}
