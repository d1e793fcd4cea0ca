import type { Signer, Wallet } from 'ethers'
import type { Observable } from 'rxjs'
import { expectTypeOf, test } from 'vitest'
import type {
  Amount,
  AutoFundingActor,
  Broker,
  BrokerOptions,
  Decision,
  HoldReason,
  LedgerAccount,
  Plan,
  Position,
  Receipt,
  RetrieveReceipt,
} from '../../src/index.ts'

test('an amount is wei or OG in decimal, and never a number', () => {
  expectTypeOf<Amount>().toEqualTypeOf<bigint | string>()
  expectTypeOf<Parameters<Broker['ledger']['depositFund']>>().toEqualTypeOf<[Amount]>()
  expectTypeOf<Parameters<Broker['ledger']['transferFund']>[2]>().toEqualTypeOf<Amount | undefined>()
})

test('whatever sends resolves with a receipt', () => {
  expectTypeOf<ReturnType<Broker['ledger']['refund']>>().resolves.toEqualTypeOf<Receipt>()
  expectTypeOf<ReturnType<Broker['ledger']['closeLedger']>>().resolves.toEqualTypeOf<Receipt>()
  expectTypeOf<ReturnType<Broker['ledger']['retrieveFund']>>().resolves.toEqualTypeOf<RetrieveReceipt>()
  expectTypeOf<ReturnType<Broker['inference']['ensureFunded']>>().resolves.toEqualTypeOf<Receipt | null>()
  expectTypeOf<LedgerAccount[keyof LedgerAccount]>().toEqualTypeOf<bigint>()
})

test('a broker is made with a signer, or with a provider and an address', () => {
  expectTypeOf<{ signer: Wallet }>().toExtend<BrokerOptions>()
  expectTypeOf<{ signer: Signer; network: 'testnet' }>().toExtend<BrokerOptions>()
  expectTypeOf<{ network: 'testnet' }>().not.toExtend<BrokerOptions>()
  expectTypeOf<{ signer: Signer; network: 'moon' }>().not.toExtend<BrokerOptions>()
})

test('what can be watched has its type', () => {
  expectTypeOf<Broker['positions$']>().toExtend<Observable<Position>>()
  expectTypeOf<Broker['plan$']>().toEqualTypeOf<Observable<Plan>>()
  expectTypeOf<ReturnType<Broker['inference']['startAutoFunding']>>().toEqualTypeOf<AutoFundingActor>()
  expectTypeOf<Extract<Decision, { action: 'hold' }>['reason']>().toEqualTypeOf<HoldReason>()
  expectTypeOf<Extract<Decision, { action: 'top-up' }>['amount']>().toEqualTypeOf<bigint>()
  expectTypeOf<Broker>().toExtend<AsyncDisposable>()
})
