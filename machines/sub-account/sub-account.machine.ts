import { assign, setup } from 'xstate'
import type { SubAccountContext, SubAccountEvent, SubAccountInput } from './sub-account.types.ts'

/**
 * The life of one sub-account as the chain shows it. Each edge is one transaction of the contract, or the end of a
 * lock; a reading that skipped states arrives as the facts in between (see sub-account.facts.ts).
 */
export const subAccountMachine = setup({
  types: {
    input: {} as SubAccountInput,
    context: {} as SubAccountContext,
    events: {} as SubAccountEvent,
    tags: {} as 'exists',
  },
  actions: {
    record: assign(({ event }) => ({ reading: event.reading })),
  },
}).createMachine({
  id: 'subAccount',
  context: ({ input }) => ({ ...input, reading: null }),
  initial: 'none',
  states: {
    none: {
      on: {
        'balance.low': { target: 'low', actions: 'record' },
        'balance.ample': { target: 'funded', actions: 'record' },
      },
    },
    created: {
      tags: 'exists',
      on: {
        'account.empty': { actions: 'record' },
        'balance.low': { target: 'low', actions: 'record' },
        'balance.ample': { target: 'funded', actions: 'record' },
        'account.gone': { target: 'closed', actions: 'record' },
      },
    },
    funded: {
      tags: 'exists',
      on: {
        'balance.ample': { actions: 'record' },
        'balance.low': { target: 'low', actions: 'record' },
        'account.empty': { target: 'created', actions: 'record' },
        'refund.locked': { target: 'refunding', actions: 'record' },
      },
    },
    low: {
      tags: 'exists',
      on: {
        'balance.low': { actions: 'record' },
        'balance.ample': { target: 'funded', actions: 'record' },
        'account.empty': { target: 'created', actions: 'record' },
        'refund.locked': { target: 'refunding', actions: 'record' },
      },
    },
    refunding: {
      tags: 'exists',
      initial: 'locked',
      on: {
        'refund.locked': { target: '.locked', actions: 'record' },
        'refund.claimable': { target: '.claimable', actions: 'record' },
        'balance.low': { target: 'low', actions: 'record' },
        'balance.ample': { target: 'funded', actions: 'record' },
        'account.empty': { target: 'created', actions: 'record' },
      },
      states: { locked: {}, claimable: {} },
    },
    closed: {
      on: {
        'balance.low': { target: 'low', actions: 'record' },
        'balance.ample': { target: 'funded', actions: 'record' },
      },
    },
  },
})
