import { assign, fromPromise, setup } from 'xstate'
import { nextFailure, rejectionOf, type Rejection } from '../auto-funding/rejection.ts'
import type {
  AutoDepositContext,
  AutoDepositEvent,
  AutoDepositInput,
  DepositApproval,
  DepositReceipt,
  DepositRequest,
} from './auto-deposit.types.ts'

/**
 * Auto-deposit of one ledger. The chart only reacts: the plan (auto-deposit.policy.ts) decides at each reading, and the
 * chart ignores decisions while a deposit is in flight or settling.
 */
export const autoDepositMachine = setup({
  types: {
    input: {} as AutoDepositInput,
    context: {} as AutoDepositContext,
    events: {} as AutoDepositEvent,
  },
  actors: {
    deposit: fromPromise<DepositReceipt, DepositRequest>(() =>
      Promise.reject(new Error('The actor "deposit" was not provided.')),
    ),
    /** Resolves with the person's answer: whether the deposit may be sent. */
    approve: fromPromise<DepositApproval, DepositRequest>(() =>
      Promise.reject(new Error('The actor "approve" was not provided.')),
    ),
  },
  guards: {
    isApproved: (_, params: { approved: boolean }) => params.approved,
  },
  actions: {
    rest: assign({ reason: 'sufficient', amount: null, failure: null }),
    hold: assign({ reason: (_, params: { reason: AutoDepositContext['reason'] }) => params.reason, amount: null }),
    begin: assign({
      reason: null,
      amount: (_, params: { amount: AutoDepositContext['amount']; at: number }) => params.amount,
      decidedAt: (_, params) => params.at,
    }),
    propose: assign({
      reason: 'awaiting-approval',
      amount: (_, params: { amount: AutoDepositContext['amount']; at: number }) => params.amount,
      decidedAt: (_, params) => params.at,
    }),
    paid: assign(({ context }, params: DepositReceipt) => ({
      lastDeposit: { amount: context.amount ?? '0', ...params },
      deposits: context.deposits + 1,
      paid: `${BigInt(context.paid) + BigInt(context.amount ?? 0)}` as const,
      amount: null,
      failure: null,
      reason: 'settling' as const,
    })),
    failed: assign(({ context }, params: Rejection) => ({
      amount: null,
      ...(params.isOvertaken
        ? { reason: 'overtaken' as const }
        : { reason: 'backing-off' as const, failure: nextFailure(context, params) }),
    })),
    clear: assign({ reason: null }),
  },
}).createMachine({
  id: 'autoDeposit',
  context: ({ input }) => ({
    ...input,
    reason: null,
    amount: null,
    decidedAt: 0,
    lastDeposit: null,
    deposits: 0,
    paid: '0',
    failure: null,
  }),
  initial: 'watching',
  states: {
    watching: {
      on: {
        'plan.sufficient': { actions: 'rest' },
        'plan.hold': { target: 'held', actions: { type: 'hold', params: ({ event }) => ({ reason: event.reason }) } },
        'plan.deposit': { target: 'depositing', actions: { type: 'begin', params: ({ event }) => event } },
        'plan.propose': { target: 'awaitingApproval', actions: { type: 'propose', params: ({ event }) => event } },
      },
    },
    held: {
      on: {
        'plan.sufficient': { target: 'watching', actions: 'rest' },
        'plan.hold': { actions: { type: 'hold', params: ({ event }) => ({ reason: event.reason }) } },
        'plan.deposit': { target: 'depositing', actions: { type: 'begin', params: ({ event }) => event } },
        'plan.propose': { target: 'awaitingApproval', actions: { type: 'propose', params: ({ event }) => event } },
      },
    },
    awaitingApproval: {
      invoke: {
        src: 'approve',
        input: ({ context }) => requestOf(context),
        onDone: [
          {
            guard: { type: 'isApproved', params: ({ event }) => event.output },
            target: 'depositing',
            actions: 'clear',
          },
          {
            target: 'held',
            actions: {
              type: 'failed',
              params: ({ event }) => ({
                message: 'The deposit was not approved.',
                at: event.output.at,
                isOvertaken: false,
              }),
            },
          },
        ],
        onError: {
          target: 'held',
          actions: { type: 'failed', params: ({ event }) => rejectionOf(event.error) },
        },
      },
      on: {
        'plan.sufficient': { target: 'watching', actions: 'rest' },
        'plan.hold': { target: 'held', actions: { type: 'hold', params: ({ event }) => ({ reason: event.reason }) } },
        'plan.deposit': { target: 'depositing', actions: { type: 'begin', params: ({ event }) => event } },
        // The plan wants less than the amount that waits for approval.
        'plan.propose': {
          target: 'awaitingApproval',
          reenter: true,
          actions: { type: 'propose', params: ({ event }) => event },
        },
      },
    },
    depositing: {
      invoke: {
        src: 'deposit',
        input: ({ context }) => requestOf(context),
        onDone: { target: 'settling', actions: { type: 'paid', params: ({ event }) => event.output } },
        onError: {
          target: 'held',
          actions: { type: 'failed', params: ({ event }) => rejectionOf(event.error) },
        },
      },
    },
    settling: {
      on: {
        'reading.caughtUp': { target: 'watching', actions: 'clear' },
      },
    },
  },
})

function requestOf({ wallet, amount, decidedAt }: AutoDepositContext): DepositRequest {
  return { wallet, amount: amount ?? '0', decidedAt }
}
