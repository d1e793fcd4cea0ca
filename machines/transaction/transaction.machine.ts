import { assign, setup } from 'xstate'
import type { NodeRefusal, TransactionContext, TransactionEvent, TransactionInput } from './transaction.types.ts'

type Mined = Pick<TransactionContext, 'blockNumber' | 'gasUsed'> & { hash: string }

/** One intent from its journal record to its outcome. A reorganisation may undo an outcome. */
export const transactionMachine = setup({
  types: {
    input: {} as TransactionInput,
    context: {} as TransactionContext,
    events: {} as TransactionEvent,
    tags: {} as 'open',
  },
  actions: {
    addHash: assign({
      hash: ({ context }, { hash }: { hash: string | null }) => hash ?? context.hash,
      hashes: ({ context }, { hash }) =>
        hash === null || context.hashes.includes(hash) ? context.hashes : [...context.hashes, hash],
    }),
    noteRefusal: assign({ refusal: (_, params: { refusal?: NodeRefusal | null }) => params.refusal ?? null }),
    mined: assign((_, { hash, blockNumber, gasUsed }: Mined) => ({ hash, blockNumber, gasUsed, refusal: null })),
    explain: assign({ reason: (_, params: { reason: string }) => params.reason }),
    unmine: assign({ blockNumber: null, gasUsed: null, reason: null }),
  },
}).createMachine({
  id: 'transaction',
  context: ({ input }) => ({
    ...input,
    hashes: input.hash === null ? [] : [input.hash],
    blockNumber: null,
    gasUsed: null,
    reason: null,
    refusal: null,
  }),
  initial: 'prepared',
  states: {
    prepared: {
      tags: 'open',
      on: {
        sent: {
          target: 'broadcast',
          actions: [
            { type: 'addHash', params: ({ event }) => event },
            { type: 'noteRefusal', params: ({ event }) => event },
          ],
        },
        'nonce.taken': { target: 'superseded', actions: { type: 'explain', params: ({ event }) => event } },
      },
    },
    broadcast: {
      tags: 'open',
      on: {
        sent: {
          actions: [
            { type: 'addHash', params: ({ event }) => event },
            { type: 'noteRefusal', params: ({ event }) => event },
          ],
        },
        replaced: { actions: { type: 'addHash', params: ({ event }) => event } },
        'receipt.succeeded': { target: 'mined', actions: { type: 'mined', params: ({ event }) => event } },
        'receipt.reverted': {
          target: 'reverted',
          actions: [
            { type: 'mined', params: ({ event }) => event },
            { type: 'explain', params: ({ event }) => event },
          ],
        },
        'nonce.taken': { target: 'superseded', actions: { type: 'explain', params: ({ event }) => event } },
        'node.refused': { target: 'refused', actions: { type: 'explain', params: ({ event }) => event } },
      },
    },
    mined: { on: { 'receipt.gone': { target: 'broadcast', actions: 'unmine' } } },
    reverted: { on: { 'receipt.gone': { target: 'broadcast', actions: 'unmine' } } },
    superseded: { type: 'final' },
    refused: { type: 'final' },
  },
})
