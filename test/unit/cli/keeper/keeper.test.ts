import { connect, createServer, type Server, type Socket } from 'node:net'
import { mkdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findKeeper } from '../../../../src/cli/keeper/client.ts'
import { keeperAddress } from '../../../../src/cli/keeper/address.ts'
import { openKeeper, type RunningKeeper } from '../../../../src/cli/keeper/server.ts'
import { encode, version } from '../../../../src/cli/keeper/wire.ts'
import { stateDirectory, type Broker } from '../../../../src/index.ts'

const going = new AbortController().signal
const network = { chainId: 31_337n }
const deposit = { type: 'send', operation: 'deposit', params: { amount: '5' } }
const pays = { operation: 'depositFund', amount: 5n }
let wallet: string
let count = 0
let deposits: ((result: unknown) => void)[]
const opened: AsyncDisposable[] = []

beforeEach(() => {
  mkdirSync(stateDirectory(), { recursive: true })
  // Each test has a socket of its own.
  wallet = `0x${String((count += 1)).padStart(40, '0')}`
  deposits = []
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]()
})

test('the same payment of two commands is sent once, also before it is in the journal', async () => {
  await keep()
  const first = line({ ...deposit, id: 'one', pays })
  await first.accepted
  const second = line({ ...deposit, id: 'two', pays })
  expect(await second.answer).toMatchObject({
    type: 'failed',
    message: expect.stringContaining('on its way already') as unknown,
  })
  deposits[0]?.('done')
  expect(await first.answer).toEqual({ type: 'done', result: 'done' })
  expect(deposits).toHaveLength(1)
  // What has ended may be wanted again.
  const third = line({ ...deposit, id: 'three', pays })
  await third.accepted
  deposits[1]?.('again')
  expect(await third.answer).toEqual({ type: 'done', result: 'again' })
})

test('a command that is killed and repeated before its payment is in the journal pays once', async () => {
  await keep()
  const killed = line({ ...deposit, id: 'one', pays })
  await killed.accepted
  killed.socket.destroy()
  const repeated = line({ ...deposit, id: 'two', pays })
  expect(await repeated.answer).toMatchObject({ type: 'failed' })
  expect(deposits).toHaveLength(1)
})

test('a connection that asks nothing ends with the process, without a wait', async () => {
  const keeper = await keep()
  const socket = connect(addressOf())
  await new Promise((resolve) => socket.once('connect', resolve))
  const began = performance.now()
  await keeper[Symbol.asyncDispose]()
  expect(performance.now() - began).toBeLessThan(2_500)
})

test('a process that ends before it accepts a command: the error says to look first', async () => {
  await answering((socket, asked) => {
    if (asked === 0) socket.end(`${encode({ type: 'accepted', pid: 7 })}${encode({ type: 'done', result: [] })}`)
    else socket.destroy()
  })
  const keeper = await findKeeper(brokerOf(), going)
  expect(keeper?.pid).toBe(7)
  await expect(keeper?.pause(true, { provider: null, service: 'inference' })).rejects.toThrow(
    'The process that keeps this wallet ended before it answered.',
  )
})

test('an interrupt while the process works on a command says that it may go on', async () => {
  await answering((socket, asked) => {
    if (asked === 0) socket.end(`${encode({ type: 'accepted', pid: 7 })}${encode({ type: 'done', result: [] })}`)
    else socket.write(encode({ type: 'accepted', pid: 7 }), () => interrupt.abort())
  })
  const interrupt = new AbortController()
  const keeper = await findKeeper(brokerOf(), interrupt.signal)
  const asking = keeper?.pause(true, { provider: null, service: 'inference' })
  await expect(asking).rejects.toMatchObject({
    name: 'AbortedError',
    message: expect.stringContaining('may go on with it') as unknown,
  })
  await expect(findKeeper(brokerOf(), interrupt.signal)).rejects.toMatchObject({ name: 'AbortedError' })
})

test('a process that hangs is named: the command does not wait for ever', async () => {
  await answering(() => undefined)
  await expect(findKeeper(brokerOf(), going, { acceptedMs: 20 })).rejects.toThrow(
    'The process that keeps this wallet does not answer.',
  )
})

function brokerOf(): Broker {
  const depositFund = () => new Promise((resolve) => deposits.push(resolve))
  return { network, wallet, transactions: () => [], refusal: () => null, ledger: { depositFund } } as unknown as Broker
}

const addressOf = (): string => keeperAddress(brokerOf()) ?? ''

async function keep(): Promise<RunningKeeper> {
  const keeper = await openKeeper(brokerOf(), { questions: null, say: () => undefined })
  expect(keeper.listens).toBe(true)
  opened.push(keeper)
  return keeper
}

/** A request, its first answer and its last one. */
function line(request: object) {
  const socket = connect(addressOf(), () => socket.write(encode({ version, wallet, ...request })))
  let text = ''
  const accepted = new Promise<void>((resolve) => socket.setEncoding('utf8').once('data', () => resolve()))
  socket.on('data', (more: string) => (text += more))
  const answer = new Promise<unknown>((resolve) =>
    socket.on('close', () => resolve(JSON.parse(text.trim().split('\n').at(-1) ?? 'null'))),
  )
  return { socket, accepted, answer }
}

/** Something that listens in place of a keeper; `asked` counts the connections before. */
async function answering(answer: (socket: Socket, asked: number) => void): Promise<Server> {
  let asked = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    const before = asked
    asked += 1
    socket.once('data', () => answer(socket, before))
  })
  await new Promise<void>((resolve) => server.listen(addressOf(), resolve))
  opened.push({
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  return server
}
