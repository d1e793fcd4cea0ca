import type { AccountFigures, Figures } from '../replay/figures.ts'
import type { Replay } from '../replay/replay.ts'
import {
  account,
  address,
  count,
  flag,
  hash,
  line,
  list,
  nullable,
  number,
  object,
  seconds,
  serviceType,
  text,
  wei,
  type FieldsOf,
} from './parts.ts'

const quota = object({ cpuCount: number, nodeMemory: number, gpuCount: number, nodeStorage: number, gpuType: text })
const offer = { service: serviceType, provider: address, url: text, accepted: flag }

const figures = {
  topUps: count,
  paid: wei,
  deposits: count,
  deposited: wei,
  requests: count,
  claimed: wei,
  smallestLedger: wei,
  secondsBelow: number,
  subAccounts: list(
    object({
      ...account,
      topUps: count,
      paid: wei,
      requests: count,
      claimed: wei,
      charged: wei,
      unpaid: wei,
      secondsBelow: number,
    } satisfies FieldsOf<AccountFigures>),
  ),
} satisfies FieldsOf<Figures>

const entry = {
  id: text,
  state: { enum: ['unresolved', 'open', 'mined', 'reverted', 'refused', 'superseded'] },
  decidedAt: { ...text, description: 'ISO 8601' },
  nonce: count,
  operation: text,
  subAccount: nullable(object(account)),
  amount: wei,
  hashes: list(hash),
  outcome: nullable(
    object(
      { type: { enum: ['mined', 'superseded'] }, id: text },
      {
        hash,
        blockNumber: count,
        status: { enum: [0, 1] },
        isGiven: flag,
        notBefore: count,
        reason: text,
        refused: flag,
      },
    ),
  ),
}
const lost = object({
  line: count,
  type: nullable(text),
  id: nullable(text),
  nonce: nullable(count),
  operation: nullable(text),
  provider: nullable(text),
  amount: nullable(wei),
  hash: nullable(text),
  claim: nullable(text),
  text,
})

/** The lines of commands that list things. */
export const lookLines = [
  line('provider', 'A provider that holds money of the wallet.', {
    service: text,
    provider: address,
    balance: wei,
    pendingRefund: wei,
    available: wei,
  }),
  line('service', 'What a provider offers, as it says itself.', offer, {
    model: text,
    kind: text,
    inputPrice: wei,
    outputPrice: wei,
    verifiability: text,
    updatedAt: seconds,
    models: list(text),
    quota,
    pricePerToken: wei,
    occupied: flag,
  }),
  line('transaction', 'A transaction of the journal.', entry),
  line('resolved', 'An outcome that a person named.', { id: text, outcome: text }),
  line('journal-whole', 'Nothing is to be repaired.', { journal: text }),
  line('journal-damage', 'What a damaged journal has lost.', {
    journal: text,
    header: text,
    lost: list(lost),
    restored: list(object({ line: count, type: text, id: text })),
    counts: object({ latest: count, pending: count }),
    nonces: list(
      object({
        nonce: count,
        state: { enum: ['mined', 'pending', 'absent'] },
        transaction: nullable(hash),
        block: nullable(count),
      }),
    ),
    claims: list(text),
    closing: nullable(object({ id: text, since: number })),
    mayHaveLostClosing: flag,
    open: list(object({ type: { const: 'transaction' }, ...entry })),
  }),
  line('journal-repaired', 'Where the damaged file is kept.', { journal: text, kept: text }),
  line('replay', 'What a policy would have sent, beside what was recorded.', {
    positions: count,
    seconds: number,
    policy: object(figures),
    recorded: object(figures),
    depositHolds: list(object({ reason: text, seconds: number })),
    unrecorded: list(text),
  } satisfies FieldsOf<Replay>),
]
