import type { ClosingCancelled, ClosingPlan, EndpointCounts } from '../../index.ts'
import type { Outcome } from '../demo/outcome.ts'
import {
  account,
  address,
  block,
  count,
  flag,
  line,
  list,
  nullable,
  number,
  object,
  receipt,
  seconds,
  text,
  wei,
  type FieldsOf,
} from './parts.ts'
import { closing } from './position.schema.ts'

const service = { service: text }
const counts = {
  requests: count,
  rejected: count,
  held: count,
  aborted: count,
  retried: count,
  answered: count,
  funded: count,
  paid: wei,
} satisfies FieldsOf<EndpointCounts>
const facts = { type: 'object', additionalProperties: text }

/** The lines of commands that act. */
export const actLines = [
  line(
    'receipt',
    'What a command sent, or that it had nothing to send.',
    { command: text, sent: flag },
    {
      ...receipt,
      claimed: wei,
      putBack: wei,
      warnings: list(text),
      receipts: list(object(receipt)),
      leftOut: list(object({ ...account, error: text, facts })),
      locked: wei,
      unlocksAt: nullable(seconds),
    },
  ),
  line('closing-plan', 'What closing would do.', {
    block,
    subAccounts: list(
      object(
        {
          ...account,
          balance: wei,
          refunds: list(object({ amount: wei, unlocksAt: seconds, isRequested: flag })),
          homeAt: seconds,
        },
        service,
      ),
    ),
    transactions: count,
    endsAt: seconds,
    gas: object({ units: wei, price: nullable(wei), cost: nullable(wei), missing: wei }),
    home: wei,
    stuck: wei,
  } satisfies FieldsOf<ClosingPlan>),
  line('closing', 'How far a closing has come.', closing),
  line('closing-cancelled', 'What a closing that was cancelled leaves.', {
    block,
    available: wei,
    locked: list(object({ ...account, amount: wei, until: seconds }, service)),
    free: wei,
  } satisfies FieldsOf<ClosingCancelled>),
  line('paused', 'Auto-funding is paused.', {
    process: count,
    provider: nullable(address),
    ...service,
    subAccounts: count,
  }),
  line('resumed', 'Auto-funding goes on.', {
    process: count,
    provider: nullable(address),
    ...service,
    subAccounts: count,
  }),
  line('question', 'A payment that awaits approval.', { question: count, text }),
  line('answered', 'A question that was answered.', { question: count, approved: flag }),
  line(
    'serving',
    'Where a local endpoint listens.',
    { baseURL: text },
    { models: list(text), model: text, key: text, provider: address },
  ),
  line('hold', 'A rejected request that is not funded.', { provider: address, reason: text, required: nullable(wei) }),
  line('served', 'What an endpoint has counted.', counts, { provider: address }),
  line('alert-test', 'Whether a receiver took the test alert.', { receiver: text, taken: flag, error: nullable(text) }),
  line('config', 'The config file that was written.', { file: text }),
  line('summary', 'What the demo found on its chain.', {
    seconds: number,
    speed: nullable(number),
    byHand: object({
      topUps: count,
      toppedUp: wei,
      takenBack: wei,
      deposits: count,
      deposited: wei,
      withdrawn: wei,
      transactions: count,
    }),
    charges: count,
    drained: wei,
    drains: count,
    topUps: count,
    toppedUp: wei,
    opened: count,
    overtaken: count,
    doublePayments: count,
    overpaid: wei,
    unanswered: count,
    held: wei,
    deposits: count,
    deposited: wei,
    transactions: count,
    faults: list(text),
  } satisfies FieldsOf<Outcome>),
  line(
    'error',
    'How a command failed; its last line.',
    { command: nullable(text), exitCode: count, name: text, message: text, facts, retryable: flag },
    { code: { type: ['string', 'number'] }, docs: text, cause: { type: 'object' } },
  ),
]
