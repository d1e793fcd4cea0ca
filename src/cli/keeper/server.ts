import { chmod, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { platform } from 'node:os'
import { pid } from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { OgLedgerError, type Broker } from '../../index.ts'
import { sameIn } from '../session/repetition.ts'
import { managerOf, serviceTypeOf } from '../session/services.ts'
import { keeperAddress } from './address.ts'
import { onLine } from './lines.ts'
import { perform, type Wish } from './operations.ts'
import type { KeeperQuestions } from './questions.ts'
import { createSendOnce } from './send-once.ts'
import { decode, encode, version, type Request } from './wire.ts'

/** The end of the process waits so long for commands under way. */
const LAST_ANSWERS_MS = 5_000
/** A connection that asks nothing for so long is ended. */
const SILENCE_MS = 10_000

export type KeeperOptions = {
  /** The questions that wait for an answer; null where this process asks none. */
  questions: KeeperQuestions | null
  say: (text: string) => void
}

/** `listens` is false where no process can reach it. */
export type RunningKeeper = AsyncDisposable & { listens: boolean }

/**
 * Takes commands of other processes of this user, for as long as this process keeps the wallet. It listens at a socket of mode
 * 0600 beside the journal. Where it cannot listen, it says so, and auto-funding goes on without.
 */
export async function openKeeper(broker: Broker, options: KeeperOptions): Promise<RunningKeeper> {
  const address = keeperAddress(broker)
  if (address === null) {
    options.say('The state directory has too long a path for a socket: this process takes no commands of others.')
    return { listens: false, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  const sendOnce = createSendOnce(async (payment) => (await sameIn(broker, payment)).length > 0)
  const sockets = new Set<Socket>()
  const silent = new Set<Socket>()
  const ending = new AbortController()
  const server = createServer((socket) => answer(socket))
  let listens = false
  try {
    await listen(server, address)
    listens = true
    if (platform() !== 'win32') await chmod(address, 0o600)
  } catch (error) {
    options.say(`This process takes no commands of others: ${error instanceof Error ? error.message : 'unknown'}`)
  }
  // Without a listener, a connection that cannot be accepted would end the process: too many files are open, for one.
  server.on('error', () => undefined)
  server.unref()
  return {
    listens,
    async [Symbol.asyncDispose]() {
      const over = new Promise((resolve) => server.close(resolve))
      // A command that waits ends; one that has sent gets its answer, or finds its transaction in the journal.
      ending.abort()
      for (const socket of silent) socket.destroy()
      await Promise.race([over, delay(LAST_ANSWERS_MS, undefined, { ref: false })])
      for (const socket of sockets) socket.destroy()
    },
  }

  function answer(socket: Socket): void {
    const gone = new AbortController()
    socket.on('error', () => socket.destroy())
    sockets.add(socket)
    silent.add(socket)
    socket.setTimeout(SILENCE_MS, () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      silent.delete(socket)
      gone.abort()
    })
    onLine(socket, (line) => {
      if (!silent.delete(socket)) return
      socket.setTimeout(0)
      socket.write(encode({ type: 'accepted', pid }))
      answerTo(line, AbortSignal.any([gone.signal, ending.signal])).then(
        (result) => socket.end(encode({ type: 'done', result })),
        (error: unknown) => socket.end(encode({ type: 'failed', ...failureOf(error) })),
      )
    })
  }

  async function answerTo(line: string, signal: AbortSignal): Promise<unknown> {
    const request = decode(line) as Request
    if (request.version !== version)
      throw new OgLedgerError('The process that keeps this wallet is of another version.', {
        keeper: version,
        this: String(request.version),
        do: 'use the same version of og-ledger for both',
      })
    if (request.wallet !== broker.wallet)
      throw new OgLedgerError('The process keeps another wallet.', { wallet: broker.wallet })
    if (request.type === 'send') {
      const { operation, params } = request
      return sendOnce(request, () => perform(broker, { operation, params } as Wish, signal))
    }
    if (request.type === 'resolve') return broker.resolveIntent(request.intent, request.outcome)
    if (request.type === 'questions') return options.questions?.open() ?? []
    if (request.type === 'answer') return options.questions?.answer(request.question, request.approved) ?? false
    return pause(request)
  }

  function pause({ type, provider, service }: Extract<Request, { type: 'pause' | 'resume' }>): number {
    const manager = managerOf(broker, serviceTypeOf(service))
    const of = provider ?? undefined
    const isMeant = manager.autoFundingStatus(of)
    if (type === 'pause') manager.pauseAutoFunding(of)
    else manager.resumeAutoFunding(of)
    return isMeant.length
  }
}

/** Takes the address. A socket that a killed process left behind refuses connections, and is removed. */
async function listen(server: Server, address: string): Promise<void> {
  try {
    await listening(server, address)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || (await isAnswered(address))) throw error
    await rm(address, { force: true })
    await listening(server, address)
  }
}

function listening(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path: address, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'))
  })
}

function failureOf(error: unknown): { name: string; message: string; facts: object } {
  if (error instanceof OgLedgerError) return { name: error.name, message: error.message, facts: error.facts }
  return { name: 'Error', message: error instanceof Error ? error.message : 'unknown', facts: {} }
}
