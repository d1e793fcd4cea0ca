import { assign, setup } from 'xstate'
import type { LedgerContext, LedgerEvent, LedgerInput } from './ledger.types.ts'

/**
 * The life of a wallet's ledger, and the progress of closing it. Each edge is one transaction, a charge, the end of a
 * lock, or a caller's request to close it or to cancel that; a reading that skipped states arrives as the facts in between
 * (see ledger.facts.ts). The machine sends no step: each follows from the position (see ledger.steps.ts).
 */
export const ledgerMachine = setup({
  types: {
    input: {} as LedgerInput,
    context: {} as LedgerContext,
    events: {} as LedgerEvent,
    tags: {} as 'exists' | 'closing',
  },
  actions: {
    record: assign(({ event }) => ({ reading: event.reading })),
  },
}).createMachine({
  id: 'ledger',
  context: ({ input }) => ({ ...input, reading: null }),
  initial: 'absent',
  states: {
    absent: {
      on: {
        'ledger.open': { target: 'open', actions: 'record' },
      },
    },
    open: {
      tags: 'exists',
      on: {
        'ledger.open': { actions: 'record' },
        'tokens.revocable': { target: 'closing.revoking', actions: 'record' },
        'funds.retrievable': { target: 'closing.retrieving', actions: 'record' },
        'refunds.locked': { target: 'closing.waiting', actions: 'record' },
        'funds.home': { target: 'closing.withdrawing', actions: 'record' },
        'ledger.empty': { target: 'closing.deleting', actions: 'record' },
        'ledger.gone': { target: 'closed', actions: 'record' },
      },
    },
    closing: {
      tags: ['exists', 'closing'],
      initial: 'revoking',
      on: {
        // Closing was cancelled.
        'ledger.open': { target: 'open', actions: 'record' },
        'tokens.revocable': { target: '.revoking', actions: 'record' },
      },
      states: {
        revoking: {
          on: {
            'funds.retrievable': { target: 'retrieving', actions: 'record' },
            'refunds.locked': { target: 'waiting', actions: 'record' },
            'funds.home': { target: 'withdrawing', actions: 'record' },
            'ledger.empty': { target: 'deleting', actions: 'record' },
          },
        },
        retrieving: {
          on: {
            'funds.retrievable': { actions: 'record' },
            'refunds.locked': { target: 'waiting', actions: 'record' },
            'funds.home': { target: 'withdrawing', actions: 'record' },
            'ledger.empty': { target: 'deleting', actions: 'record' },
          },
        },
        waiting: {
          on: {
            'refunds.locked': { actions: 'record' },
            'funds.retrievable': { target: 'retrieving', actions: 'record' },
            'funds.home': { target: 'withdrawing', actions: 'record' },
            'ledger.empty': { target: 'deleting', actions: 'record' },
          },
        },
        withdrawing: {
          on: {
            'funds.home': { actions: 'record' },
            'funds.retrievable': { target: 'retrieving', actions: 'record' },
            'ledger.gone': { target: '#ledger.closed', actions: 'record' },
          },
        },
        deleting: {
          on: {
            'ledger.empty': { actions: 'record' },
            'funds.home': { target: 'withdrawing', actions: 'record' },
            'ledger.gone': { target: '#ledger.closed', actions: 'record' },
          },
        },
      },
    },
    closed: {
      on: {
        'ledger.open': { target: 'open', actions: 'record' },
      },
    },
  },
})
