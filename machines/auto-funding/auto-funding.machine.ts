import { assign, fromPromise, setup } from 'xstate'
import type {
  Approval,
  AutoFundingContext,
  AutoFundingEvent,
  AutoFundingInput,
  TopUpReceipt,
  TopUpRequest,
} from './auto-funding.types.ts'
import { nextFailure, rejectionOf, type Rejection } from './rejection.ts'

/**
 * Auto-funding of one sub-account. The chart only reacts: the plan (auto-funding.policy.ts) decides at each reading, and
 * the chart ignores decisions while a top-up is in flight or settling.
 */
export const autoFundingMachine = setup({
  types: {
    input: {} as AutoFundingInput,
    context: {} as AutoFundingContext,
    events: {} as AutoFundingEvent,
  },
  actors: {
    topUp: fromPromise<TopUpReceipt, TopUpRequest>(() =>
      Promise.reject(new Error('The actor "topUp" was not provided.')),
    ),
    /** Resolves with the person's answer: whether the top-up may be sent. */
    approve: fromPromise<Approval, TopUpRequest>(() =>
      Promise.reject(new Error('The actor "approve" was not provided.')),
    ),
  },
  guards: {
    isApproved: (_, params: { approved: boolean }) => params.approved,
  },
  actions: {
    rest: assign({ reason: 'sufficient', amount: null, failure: null }),
    hold: assign({ reason: (_, params: { reason: AutoFundingContext['reason'] }) => params.reason, amount: null }),
    begin: assign({
      reason: null,
      amount: (_, params: { amount: AutoFundingContext['amount']; at: number }) => params.amount,
      decidedAt: (_, params) => params.at,
    }),
    propose: assign({
      reason: 'awaiting-approval',
      amount: (_, params: { amount: AutoFundingContext['amount']; at: number }) => params.amount,
      decidedAt: (_, params) => params.at,
    }),
    paid: assign(({ context }, params: TopUpReceipt) => ({
      lastTopUp: { amount: context.amount ?? '0', ...params },
      topUps: context.topUps + 1,
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
  id: 'autoFunding',
  context: ({ input }) => ({
    ...input,
    reason: null,
    amount: null,
    decidedAt: 0,
    lastTopUp: null,
    topUps: 0,
    paid: '0',
    failure: null,
  }),
  initial: 'watching',
  states: {
    watching: {
      on: {
        'plan.sufficient': { actions: 'rest' },
        'plan.hold': { target: 'held', actions: { type: 'hold', params: ({ event }) => ({ reason: event.reason }) } },
        'plan.topUp': { target: 'toppingUp', actions: { type: 'begin', params: ({ event }) => event } },
        'plan.propose': { target: 'awaitingApproval', actions: { type: 'propose', params: ({ event }) => event } },
      },
    },
    held: {
      on: {
        'plan.sufficient': { target: 'watching', actions: 'rest' },
        'plan.hold': { actions: { type: 'hold', params: ({ event }) => ({ reason: event.reason }) } },
        'plan.topUp': { target: 'toppingUp', actions: { type: 'begin', params: ({ event }) => event } },
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
            target: 'toppingUp',
            actions: 'clear',
          },
          {
            target: 'held',
            actions: {
              type: 'failed',
              params: ({ event }) => ({
                message: 'The top-up was not approved.',
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
        'plan.topUp': { target: 'toppingUp', actions: { type: 'begin', params: ({ event }) => event } },
        // The plan wants less than the amount that waits for approval.
        'plan.propose': {
          target: 'awaitingApproval',
          reenter: true,
          actions: { type: 'propose', params: ({ event }) => event },
        },
      },
    },
    toppingUp: {
      invoke: {
        src: 'topUp',
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

function requestOf({ provider, serviceType, amount, decidedAt }: AutoFundingContext): TopUpRequest {
  return { provider, serviceType, amount: amount ?? '0', decidedAt }
}
