import type { Signer, Wallet } from 'ethers'
import type { Observable } from 'rxjs'
import { expectTypeOf, test } from 'vitest'
import { createMachine, fromObservable, fromPromise, setup, type Actor, type AnyStateMachine } from 'xstate'
import type {
  Amount,
  AutoFundingActor,
  Broker,
  BrokerOptions,
  ClaimReceipt,
  Decision,
  HoldReason,
  LeftOut,
  LedgerAccount,
  NotSentError,
  Plan,
  Position,
  FundingReceipt,
  ReadingOptions,
  Receipt,
  RetrieveReceipt,
  SendingOptions,
  ServiceType,
} from '../../src/index.ts'
import { autoFundingMachine, subAccountMachine, type SubAccountInput, type TopUpReceipt } from '../../machines/index.ts'
import type { edgePaths, EdgePath, EdgePathsOptions, walk, WalkOptions } from '../../src/testing/index.ts'

test('an amount is wei or OG in decimal, not a number', () => {
  expectTypeOf<Amount>().toEqualTypeOf<bigint | string>()
  expectTypeOf<Parameters<Broker['ledger']['depositFund']>[0]>().toEqualTypeOf<Amount>()
  expectTypeOf<Parameters<Broker['ledger']['transferFund']>[2]>().toEqualTypeOf<Amount | undefined>()
})

test('a call that sends takes a signal and onSent last, and one that reads a signal', () => {
  expectTypeOf<Parameters<Broker['ledger']['depositFund']>[1]>().toEqualTypeOf<SendingOptions | undefined>()
  expectTypeOf<Parameters<Broker['ledger']['updateAdditionalInfo']>[1]>().toEqualTypeOf<SendingOptions | undefined>()
  expectTypeOf<Parameters<Broker['inference']['revokeAllTokens']>[1]>().toEqualTypeOf<SendingOptions | undefined>()
  expectTypeOf<NonNullable<Parameters<Broker['inference']['ensureFunded']>[2]>>().toExtend<SendingOptions>()
  expectTypeOf<Parameters<Broker['position']>[0]>().toEqualTypeOf<ReadingOptions | undefined>()
  expectTypeOf<Parameters<Broker['ledger']['getLedger']>[0]>().toEqualTypeOf<ReadingOptions | undefined>()
})

test('every call that sends resolves with a receipt', () => {
  expectTypeOf<ReturnType<Broker['ledger']['refund']>>().resolves.toEqualTypeOf<Receipt>()
  expectTypeOf<ReturnType<Broker['ledger']['closeLedger']>>().resolves.toEqualTypeOf<Receipt>()
  expectTypeOf<ReturnType<Broker['ledger']['retrieveFund']>>().resolves.toEqualTypeOf<RetrieveReceipt>()
  expectTypeOf<ReturnType<Broker['ledger']['claimRefunds']>>().resolves.toEqualTypeOf<ClaimReceipt>()
  expectTypeOf<RetrieveReceipt['leftOut']>().toEqualTypeOf<readonly LeftOut[]>()
  expectTypeOf<LeftOut>().toExtend<{ provider: string; serviceType: ServiceType; reason: NotSentError }>()
  expectTypeOf<ReturnType<Broker['inference']['ensureFunded']>>().resolves.toEqualTypeOf<FundingReceipt | null>()
  expectTypeOf<LedgerAccount[keyof LedgerAccount]>().toEqualTypeOf<bigint>()
})

test('a broker needs a signer, or a provider and an address', () => {
  expectTypeOf<{ signer: Wallet }>().toExtend<BrokerOptions>()
  expectTypeOf<{ signer: Signer; network: 'testnet' }>().toExtend<BrokerOptions>()
  expectTypeOf<{ network: 'testnet' }>().not.toExtend<BrokerOptions>()
  expectTypeOf<{ signer: Signer; network: 'moon' }>().not.toExtend<BrokerOptions>()
})

test('every observable has its type', () => {
  expectTypeOf<Broker['positions$']>().toExtend<Observable<Position>>()
  expectTypeOf<Broker['plan$']>().toEqualTypeOf<Observable<Plan>>()
  expectTypeOf<ReturnType<Broker['inference']['startAutoFunding']>>().toEqualTypeOf<AutoFundingActor>()
  expectTypeOf<Extract<Decision, { action: 'hold' }>['reason']>().toEqualTypeOf<HoldReason>()
  expectTypeOf<Extract<Decision, { action: 'top-up' }>['amount']>().toEqualTypeOf<bigint>()
  expectTypeOf<Broker>().toExtend<AsyncDisposable>()
})

const app = setup({
  types: { input: {} as { n: number }, context: {} as { n: number }, events: {} as { type: 'GO' } },
  actors: {
    load: fromPromise<string>(() => Promise.resolve('')),
    prices: fromObservable<number, undefined>(() => ({ subscribe: () => ({ unsubscribe: () => undefined }) })),
    funding: autoFundingMachine,
  },
}).createMachine({ context: ({ input }) => input })
type App = typeof app

test('walk and edgePaths infer the machine', () => {
  expectTypeOf<ReturnType<typeof edgePaths<App>>>().toEqualTypeOf<EdgePath<App>[]>()
  expectTypeOf<ReturnType<typeof walk<App>>>().resolves.toEqualTypeOf<Actor<App>>()
  expectTypeOf<EdgePath<App>>().toExtend<EdgePath>()
  type Walked = Awaited<ReturnType<typeof walk<App>>>
  expectTypeOf<ReturnType<Walked['getSnapshot']>['context']>().toEqualTypeOf<{ n: number }>()
  expectTypeOf<Parameters<Walked['send']>[0]>().toEqualTypeOf<{ type: 'GO' }>()
  expectTypeOf<{ input: { n: 1 } }>().toExtend<WalkOptions<App>>()
  expectTypeOf<{ input: { n: 'x' } }>().not.toExtend<WalkOptions<App>>()
})

test('edgePaths demands the input of a machine that needs one', () => {
  type Asked = { events: []; input: { n: 1 } }
  expectTypeOf<Asked>().toExtend<EdgePathsOptions<App>>()
  expectTypeOf<{ events: [] }>().not.toExtend<EdgePathsOptions<App>>()
  expectTypeOf<{ events: []; input: { n: 'x' } }>().not.toExtend<EdgePathsOptions<App>>()
  expectTypeOf<Omit<Asked, 'events'> & { events: { type: 'WRONG' }[] }>().not.toExtend<EdgePathsOptions<App>>()
  expectTypeOf<EdgePathsOptions<typeof subAccountMachine>['input']>().toEqualTypeOf<SubAccountInput>()
  const plain = createMachine({})
  expectTypeOf<{ events: [] }>().toExtend<EdgePathsOptions<typeof plain>>()
  expectTypeOf<{ events: [] }>().toExtend<EdgePathsOptions<AnyStateMachine>>()
})

test('outputs has the names of the actors of the machine and of embedded machines', () => {
  type Outputs<Machine extends AnyStateMachine> = NonNullable<EdgePathsOptions<Machine>['outputs']>
  expectTypeOf<keyof Outputs<App>>().toEqualTypeOf<'load' | 'prices' | 'approve' | 'topUp'>()
  expectTypeOf<Outputs<App>['load']>().toEqualTypeOf<readonly string[] | undefined>()
  expectTypeOf<Outputs<App>['prices']>().toEqualTypeOf<readonly (number | undefined)[] | undefined>()
  expectTypeOf<Outputs<App>['topUp']>().toEqualTypeOf<readonly TopUpReceipt[] | undefined>()
  expectTypeOf<{ wrongName: [1] }>().not.toExtend<Outputs<App>>()
  const plain = createMachine({})
  const bare = setup({}).createMachine({})
  expectTypeOf<{ anyName: [1] }>().toExtend<Outputs<typeof plain>>()
  expectTypeOf<{ anyName: [1] }>().toExtend<Outputs<typeof bare>>()
  expectTypeOf<{ anyName: [1] }>().toExtend<Outputs<AnyStateMachine>>()
})
