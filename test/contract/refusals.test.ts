import { parseEther as og, toBeHex, ZeroAddress, type Wallet } from 'ethers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callOf, transact, type Call } from '../../src/local/transact.ts'
import { testWallet } from '../../src/local/wallets.ts'
import {
  AccountNotExistsError,
  ContractError,
  createBroker,
  memoryJournal,
  InsufficientBalanceError,
  LedgerExistsError,
  LedgerNotExistsError,
  MinimumDepositRequiredError,
  MustWithdrawAllFundsFirstError,
  NotSentError,
  TooManyRefundsError,
  type Broker,
} from '../../src/index.ts'
import { connect, localChain, type LocalChain } from '../support/chain.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { EXACT } from '../support/exact.ts'

/** A provider with five refunds, all locked, and one without a sub-account. */
const FULL = '0x90F79bf6EB2c4f870365E785982E1f101E93b906'
const STRANGER = '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65'
/** It offers no service. */
const forced = { force: true }
const [NEWCOMER = '', OWNER = ''] = [1, 2].map((index) => testWallet(index).address)

let chain: LocalChain, proxy: Proxy
/** A wallet without a ledger, and one with many sub-accounts: see open(). A refusal changes neither, so no test resets. */
let newcomer: Broker, owner: Broker

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 0, fineTuningProviders: 0, wallets: 2 })
  proxy = await startProxy(chain.anvil.url)
  const [first, second] = chain.wallets as [Wallet, Wallet]
  await open(second)
  const node = connect(proxy.url)
  const brokerOf = (wallet: Wallet) =>
    createBroker({ signer: wallet.connect(node), network: chain.network, journal: memoryJournal() })
  ;[newcomer, owner] = await Promise.all([brokerOf(first), brokerOf(second)])
})
beforeEach(() => proxy.reset())
afterAll(async () => {
  await Promise.all([newcomer.close(), owner.close()])
  await proxy.stop()
  await chain[Symbol.asyncDispose]()
})

describe('the library refuses without a request:', () => {
  const amounts = {
    addLedger: (amount: never) => newcomer.ledger.addLedger(amount),
    depositFund: (amount: never) => owner.ledger.depositFund(amount),
    depositFundFor: (amount: never) => owner.ledger.depositFundFor(STRANGER, amount),
    refund: (amount: never) => owner.ledger.refund(amount),
    transferFund: (amount: never) => owner.ledger.transferFund(STRANGER, 'inference', amount),
    ensureFunded: (amount: never) => owner.fineTuning.ensureFunded(STRANGER, amount),
  }
  test.for(
    each(amounts, [
      number(3, 'Write "3" for OG or 3n for wei.'),
      number(4.6, 'Write "4.6" for OG or 4n for wei.'),
      { bad: -1n, name: 'InvalidInputError', message: 'An amount cannot be negative.\n\namount: -1 wei' },
      notOg('-0.5', 'it has a sign'),
      notOg('1,5', 'it has separators'),
      notOg('1e-3', 'it has an exponent'),
      notOg('1.0000000000000000001', 'it has 19 decimals; 18 at most'),
    ]),
  )('$method of the amount $bad', refusedWithoutRequest)

  const addresses = {
    depositFundFor: (address: never) => owner.ledger.depositFundFor(address, '1'),
    transferFund: (address: never) => owner.ledger.transferFund(address, 'fine-tuning', '1'),
    retrieveFundFromProvider: (address: never) => owner.ledger.retrieveFundFromProvider(address, 'inference'),
    ensureFunded: (address: never) => owner.inference.ensureFunded(address, '1'),
    acknowledgeProviderSigner: (address: never) => owner.inference.acknowledgeProviderSigner(address),
    startAutoFunding: (address: never) => owner.inference.startAutoFunding(address, EXACT),
    subAccount: (address: never) => owner.subAccount(address, 'inference'),
  }
  test.for(
    each(
      addresses,
      [undefined, '', '0x12', 'alice.eth', FULL.slice(2), FULL.replace('F79', 'f79')].map((bad) => ({
        bad,
        name: 'InvalidInputError',
        message: expect.stringMatching(
          new RegExp(`^This is not an address.\n\n(provider|recipient): +${bad === undefined ? bad : `"${bad}"`}\n`),
        ) as string,
      })),
    ),
  )('$method with the address $bad', refusedWithoutRequest)

  const services = {
    transferFund: (service: never) => owner.ledger.transferFund(STRANGER, service, '1'),
    retrieveFund: (service: never) => owner.ledger.retrieveFund(service),
    retrieveFundFromProvider: (service: never) => owner.ledger.retrieveFundFromProvider(STRANGER, service),
    getProvidersWithBalance: (service: never) => owner.ledger.getProvidersWithBalance(service),
    subAccount: (service: never) => owner.subAccount(STRANGER, service),
  }
  test.for(
    each(services, [
      ...['nonsense', '', 'toString'].map((bad) => ({ bad, ...noService(bad) })),
      { bad: 'Inference', ...noService('Inference', 'inference') },
      { bad: 'chat', ...noService('chat', 'inference') },
      { bad: 'finetuning', ...noService('finetuning', 'fine-tuning') },
    ]),
  )('$method from the service $bad', refusedWithoutRequest)

  // The name of a version that may hold money of the wallet: only a position tells.
  const { retrieveFund, retrieveFundFromProvider, ...others } = services
  test.for(each(others, [{ bad: 'inference-v2.0', ...noService('inference-v2.0', 'inference') }]))(
    '$method from the service $bad',
    refusedWithoutRequest,
  )
  test.for(Object.entries({ retrieveFund, retrieveFundFromProvider }))(
    '%s from a version without money of the wallet: nothing is sent',
    async ([, attempt]) => {
      await expect(attempt('inference-v2.0' as never)).rejects.toMatchObject(noService('inference-v2.0', 'inference'))
      expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
    },
  )

  const long = 'é'.repeat(2049)
  const tooLong = { length: 4098n, max: 4096n }
  test.for<[string, (broker: Broker) => unknown, string, object]>([
    ['to open a ledger with nothing', ({ ledger }) => ledger.addLedger('0.0'), 'ZeroAmountNotAllowed', {}],
    ['to deposit nothing', ({ ledger }) => ledger.depositFund(0n), 'ZeroAmountNotAllowed', {}],
    ['to deposit nothing for another', ({ ledger }) => ledger.depositFundFor(FULL, '0'), 'ZeroAmountNotAllowed', {}],
    [
      'to deposit for the zero address',
      ({ ledger }) => ledger.depositFundFor(ZeroAddress, '1'),
      'ZeroAddressNotAllowed',
      {},
    ],
    [
      'to open a ledger with a wei too little',
      ({ ledger }) => ledger.addLedger(og('3') - 1n),
      'MinimumDepositRequired',
      { provided: og('3') - 1n, required: og('3') },
    ],
    ['info of 4098 bytes', ({ ledger }) => ledger.addLedger('3', long), 'AdditionalInfoTooLong', tooLong],
    ['such info later', ({ ledger }) => ledger.updateAdditionalInfo(long), 'AdditionalInfoTooLong', tooLong],
    ...Object.entries({
      'to transfer to': (provider: string) => newcomer.ledger.transferFund(provider, 'inference', '1'),
      'to ensure funds of': (provider: string) => newcomer.inference.ensureFunded(provider, '1'),
      'to keep funded': (provider: string) => newcomer.inference.startAutoFunding(provider, EXACT),
    }).flatMap(([what, attempt]): [string, (broker: Broker) => unknown, string, object][] => [
      [`${what} the zero address`, () => attempt(ZeroAddress), 'InvalidAddress', { addr: ZeroAddress }],
      [`${what} oneself`, ({ wallet }) => attempt(wallet.toLowerCase()), 'ProviderCannotBeUser', {}],
    ]),
  ])('%s', async ([, attempt, errorName, errorArgs]) => {
    expect(await refused(() => attempt(newcomer))).toMatchObject({ errorName, errorArgs, retryable: false })
    expect(proxy.requests).toBe(0)
  })
})

describe('the library refuses before it sends anything:', () => {
  test.for<[string, (broker: Broker) => unknown]>([
    ['getLedger', ({ ledger }) => ledger.getLedger()],
    ['getLedgerWithDetail', ({ ledger }) => ledger.getLedgerWithDetail()],
    ['transferFund', ({ ledger }) => ledger.transferFund(STRANGER, 'inference', '1', forced)],
    ['ensureFunded', ({ inference }) => inference.ensureFunded(STRANGER, '1', forced)],
    ['retrieveFund', ({ ledger }) => ledger.retrieveFund('inference')],
    ['retrieveFundFromProvider', ({ ledger }) => ledger.retrieveFundFromProvider(STRANGER, 'inference')],
    ['refund', ({ ledger }) => ledger.refund('1')],
    ['updateAdditionalInfo', ({ ledger }) => ledger.updateAdditionalInfo('info')],
    ['closeLedger', ({ ledger }) => ledger.closeLedger()],
    ['deleteLedger', ({ ledger }) => ledger.deleteLedger()],
  ])('%s without a ledger', async ([, attempt]) => {
    const error = await unsent(() => attempt(newcomer))
    expect(error).toMatchObject({ errorName: 'LedgerNotExists', errorArgs: { user: NEWCOMER } })
    expect(error.constructor).toBe(LedgerNotExistsError)
  })

  test.for(refusals())('%s', async ([, attempt, kind, errorName, errorArgs]) => {
    const error = await unsent(attempt)
    expect(error).toMatchObject({ errorName, errorArgs, retryable: false })
    expect(error.constructor).toBe(kind)
  })

  test('more than the wallet owns', async () => {
    const error = await refused(() => newcomer.ledger.depositFund('100001'))
    expect(error).toBeInstanceOf(NotSentError)
    expect(error.message).toMatch(/^The wallet cannot pay for this transaction\.\n\noperation: depositFund\n/)
    expect(proxy.calls['eth_sendRawTransaction']).toBeUndefined()
  })

  test('each message has a sentence, facts and advice', async () => {
    const messages = new Map<string, string>()
    for (const [, attempt, , errorName] of refusals()) messages.set(errorName, (await refused(attempt)).message)
    expect([...messages.values()].join('\n\n')).toMatchInlineSnapshot(`
      "This wallet has a ledger already.

      operation: addLedger
      error:     LedgerExists
      user:      0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC
      do:        add to it with depositFund

      The ledger still holds money.

      operation:        deleteLedger
      error:            MustWithdrawAllFundsFirst
      remainingBalance: 55 OG
      do:               retrieve from every provider, wait for the lock, then refund; closeLedger does all of it

      The amount is below the minimum of the contract.

      operation: transferFund
      error:     MinimumDepositRequired
      provided:  0.99 OG
      required:  1 OG
      do:        use at least 1 OG

      The ledger is short by 1 OG.

      operation: transferFund
      error:     InsufficientAvailableBalance
      available: 4 OG
      required:  5 OG
      do:        deposit 1 OG more, or transfer less

      The ledger has less available than that.

      operation: refund
      error:     InsufficientBalance
      user:      0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC
      available: 4 OG
      required:  4.000000000000000001 OG
      locked:    51 OG
      do:        what is in sub-accounts is locked: retrieve it first, or ask for less

      The wallet has the most sub-accounts that this service allows.

      operation: transferFund
      error:     TooManyProvidersForService
      current:   50
      maximum:   50
      do:        empty ones keep their place; only closing the ledger frees it

      Five refunds are open for this sub-account, the most that the contract keeps.

      operation: retrieveFund
      error:     TooManyRefunds
      user:      0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC
      provider:  0x90F79bf6EB2c4f870365E785982E1f101E93b906
      do:        wait until the oldest can be claimed, or cancel the newest by a transferFund of its amount

      There is no sub-account with this provider.

      operation: retrieveFund
      error:     AccountNotExists
      user:      0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC
      provider:  0x90F79bf6EB2c4f870365E785982E1f101E93b906
      do:        transferFund opens one and acknowledges the provider"
    `)
  })

  test('the advice for a refund that leaves too little names no other illegal amount', async () => {
    const { message } = await refused(() => owner.ledger.refund('2'))
    await expect(owner.ledger.refund('3')).rejects.toThrow('minimum')
    expect(message).not.toContain('use at least 3 OG')
  })
})

type Refusal = [title: string, attempt: () => unknown, kind: typeof ContractError, errorName: string, errorArgs: object]

/** Title, attempt, error class, contract error and its arguments. */
function refusals(): Refusal[] {
  const [mine, full] = [{ user: OWNER }, { user: OWNER, provider: FULL }]
  const stranger = { user: OWNER, provider: STRANGER }
  return [
    ['a second ledger', () => owner.ledger.addLedger('3'), LedgerExistsError, 'LedgerExists', mine],
    [
      'to delete a ledger with money',
      () => owner.ledger.deleteLedger(),
      MustWithdrawAllFundsFirstError,
      'MustWithdrawAllFundsFirst',
      { remainingBalance: og('55') },
    ],
    ['a first deposit below the minimum', () => newcomer.ledger.depositFund('2.9'), ...tooLittle('2.9', '3')],
    [
      'a first deposit for another below it',
      () => newcomer.ledger.depositFundFor(STRANGER, '1'),
      ...tooLittle('1', '3'),
    ],
    ['a refund that leaves less', () => owner.ledger.refund('2'), ...tooLittle('2', '3')],
    ['a new sub-account with nothing', () => transfer('0'), ...tooLittle('0', '1')],
    ['a new sub-account with too little', () => transfer('0.99'), ...tooLittle('0.99', '1')],
    ['a transfer of more than is available', () => transfer('8.5'), ...tooMuch('8.5')],
    ['to ensure more than is available', () => owner.inference.ensureFunded(STRANGER, '5', forced), ...tooMuch('5')],
    [
      'a refund of more than is available',
      () => owner.ledger.refund(og('4') + 1n),
      InsufficientBalanceError,
      'InsufficientBalance',
      mine,
    ],
    [
      'a sub-account too many',
      () => transfer('1', 'fine-tuning'),
      ContractError,
      'TooManyProvidersForService',
      { current: 50n, maximum: 50n },
    ],
    ['a sixth refund', () => retrieve(FULL, 'inference'), TooManyRefundsError, 'TooManyRefunds', full],
    [
      'a refund from a stranger',
      () => retrieve(STRANGER, 'inference'),
      AccountNotExistsError,
      'AccountNotExists',
      stranger,
    ],
    [
      'a refund from the other service',
      () => retrieve(FULL, 'fine-tuning'),
      AccountNotExistsError,
      'AccountNotExists',
      full,
    ],
  ]
}

function transfer(amount: string, service = 'inference'): Promise<unknown> {
  return owner.ledger.transferFund(STRANGER, service, amount, forced)
}

function retrieve(provider: string, service: string): Promise<unknown> {
  return owner.ledger.retrieveFundFromProvider(provider, service)
}

function tooLittle(provided: string, required: string): [typeof ContractError, string, object] {
  return [MinimumDepositRequiredError, 'MinimumDepositRequired', { provided: og(provided), required: og(required) }]
}

function tooMuch(required: string): [typeof ContractError, string, object] {
  return [InsufficientBalanceError, 'InsufficientAvailableBalance', { available: og('4'), required: og(required) }]
}

/** 55 OG: 4 available, 1 in an inference sub-account whose five refunds are locked, 1 in each of 50 for fine-tuning. */
async function open(wallet: Wallet): Promise<void> {
  const { ledger } = chain.contracts
  const give = (provider: string, service: string, amount: string) =>
    callOf(ledger, 'transferFund', [provider, service, og(amount)])
  const requestRefund = callOf(ledger, 'retrieveFund', [[FULL], 'inference-v1.0'])
  const some = Array.from({ length: 50 }, (_, index) => toBeHex(index + 1_000, 20))
  // A transfer cancels the newest refund first: each transfer is half of that refund, so one refund becomes two.
  const halves = ['0.5', '0.25', '0.125', '0.0625'].flatMap((amount) => [
    give(FULL, 'inference-v1.0', amount),
    requestRefund,
  ])
  await transactInParts(wallet, [
    callOf(ledger, 'addLedger', [''], og('55')),
    give(FULL, 'inference-v1.0', '1'),
    requestRefund,
    ...halves,
    give(FULL, 'inference-v1.0', '0.01'),
    ...some.map((provider) => give(provider, 'fine-tuning-v1.0', '1')),
  ])
}

function notOg(amount: string, problem: string): Bad {
  return {
    bad: amount,
    name: 'InvalidInputError',
    message: `This is not an amount in OG.\n\namount:   "${amount}"\nproblem:  ${problem}\nexpected: digits with up to 18 decimals, such as "1.5"`,
  }
}

function number(amount: number, hint: string): Bad {
  return {
    bad: amount,
    name: 'TypeError',
    message: `amount is a bigint (wei) or a string (OG in decimal); this is a number. ${hint}`,
  }
}

type Bad = { bad: unknown; name: string; message: string }
type Attempt = Bad & { method: string; attempt: (bad: never) => unknown }

/** Combines every method with every bad argument. */
function each(methods: Record<string, (bad: never) => unknown>, bads: readonly Bad[]): Attempt[] {
  return Object.entries(methods).flatMap(([method, attempt]) => bads.map((bad) => ({ method, attempt, ...bad })))
}

function noService(bad: string, meant?: string): { name: string; message: string } {
  const known = 'inference, inference-v1.0, fine-tuning, fine-tuning-v1.0'
  const facts = meant
    ? `serviceType:  "${bad}"\ndid you mean: ${meant}\nknown:        ${known}`
    : `serviceType: "${bad}"\nknown:       ${known}`
  return { name: 'InvalidInputError', message: `There is no such service type.\n\n${facts}` }
}

/** The error of an attempt, which may throw or reject. */
async function refused(attempt: () => unknown): Promise<Error> {
  const outcome: unknown = await Promise.resolve()
    .then(attempt)
    .catch((error: unknown) => error)
  if (outcome instanceof Error) return outcome
  throw new Error('The attempt succeeded.')
}

async function refusedWithoutRequest({ attempt, bad, name, message }: Attempt): Promise<void> {
  expect(await refused(() => attempt(bad as never))).toMatchObject({ name, message })
  expect(proxy.requests).toBe(0)
}

async function unsent(attempt: () => unknown): Promise<ContractError> {
  const before = await nonces()
  const error = await refused(attempt)
  expect([proxy.calls['eth_sendRawTransaction'], await nonces()]).toEqual([undefined, before])
  expect(error).toBeInstanceOf(ContractError)
  return error as ContractError
}

function nonces(): Promise<number[]> {
  return Promise.all([NEWCOMER, OWNER].map((wallet) => chain.provider.getTransactionCount(wallet, 'pending')))
}

/** Sends 25 at a time: under load anvil mines only the ready transactions that fit into one block. */
async function transactInParts(wallet: Wallet, calls: readonly Call[]): Promise<void> {
  for (let at = 0; at < calls.length; at += 25) await transact(wallet, calls.slice(at, at + 25))
}
