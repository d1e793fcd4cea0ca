import { assign, fromPromise, setup } from 'xstate'
import type {
  Approval,
  AutoFundingContext,
  AutoFundingEvent,
  AutoFundingInput,
  TopUpReceipt,
  TopUpRequest,
} from './auto-funding.types.ts'

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
      reason: 'backing-off' as const,
      failure: {
        count: (context.failure?.count ?? 0) + 1,
        at: params.at ?? context.decidedAt,
        message: params.message,
      },
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
              params: ({ event }) => ({ message: 'The top-up was not approved.', at: event.output.at }),
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

/** Why something failed, and when. Without a time the back-off counts from the decision. */
type Rejection = { message: string; at: number | null }

function rejectionOf(error: unknown): Rejection {
  if (!(error instanceof Error)) return { message: String(error), at: null }
  return { message: error.message, at: 'at' in error && typeof error.at === 'number' ? error.at : null }
}
