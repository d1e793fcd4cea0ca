import { isAddress, type Wallet } from 'ethers'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LocalContracts } from './deploy.ts'
import { createBilling, type Billing, type ViewedAccount } from './billing.ts'
import { chatChunks, chatCompletion, embeddings, models, type OpenAiRequest } from './openai-answers.ts'
import { offerInference, type LocalProvider } from './providers.ts'
import { claimedUser, validateSession } from './session.ts'

export type HttpProviderOptions = {
  /** A free one by default. */
  port?: number
  model?: string
  /** What it demands beside fees, in wei; 1 OG by default, as the live providers do. */
  reserve?: bigint
  /** What each answer costs, in wei; 0.001362 OG by default. */
  fee?: bigint
  /** How long its view of a sub-account, or of the absence of one, stands, in milliseconds; 30 000 by default. */
  refreshMs?: number
  /** How often it settles what it is owed, in milliseconds; only on `settleFees` by default. */
  settleEveryMs?: number
  /** Milliseconds since 1970; the clock of this machine by default. */
  now?: () => number
}

/** One request as it came, and the status of its answer; 0 until it is answered. */
export type ServedRequest = {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
  status: number
}

/** Treats a request instead of the provider; false leaves it to the provider. */
export type Intercept = (request: ServedRequest, response: ServerResponse) => boolean

/** An inference provider with an HTTP server, which serves against the balances on the chain and charges there. */
export type HttpProvider = LocalProvider &
  Pick<Billing, 'settleFees'> & {
    /** As it is registered; requests go to `${url}/v1/proxy`. */
    url: string
    /** All requests so far, oldest first. */
    requests: readonly ServedRequest[]
    /** What a user owes for answers that are not settled yet, in wei. */
    unsettledFee(user: string): bigint
    /** Treats the requests that follow; null leaves them to the provider again. */
    intercept(next: Intercept | null): void
    stop(): Promise<void>
    [Symbol.asyncDispose](): Promise<void>
  }

/** Far more than a test or a demo sends. */
const MOST_BYTES = 1_048_576
const USER_FEE = /^\/v1\/user\/([^/]+)\/unsettledfee$/

/**
 * Starts a provider: an OpenAI-compatible server (chat, also as a stream, embeddings, models) that checks session tokens and
 * balances as the live providers do, and refuses with their texts. A wallet that is no provider yet is registered with
 * its stake; another provider's URL and model are updated.
 */
export async function startHttpProvider(
  contracts: LocalContracts,
  wallet: Wallet,
  { port = 0, model = 'local-model', settleEveryMs, now = Date.now, ...prices }: HttpProviderOptions = {},
): Promise<HttpProvider> {
  const requests: ServedRequest[] = []
  let intercept: Intercept | null = null
  let count = 0
  const server = createServer((incoming, response) => void receive(incoming, response))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  server.unref()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const offered = await offerInference(contracts, wallet, { url, model }).catch((error: unknown) => {
    server.close()
    throw error
  })
  const billing = createBilling({ inference: contracts.inference, wallet, settle: offered.settle, now, ...prices })
  const settling =
    settleEveryMs === undefined ? undefined : setInterval(() => void billing.settleFees().catch(ignore), settleEveryMs)
  settling?.unref()
  const stop = async (): Promise<void> => {
    clearInterval(settling)
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  return {
    ...offered,
    url,
    requests,
    unsettledFee: billing.unsettledFee,
    settleFees: billing.settleFees,
    intercept: (next) => void (intercept = next),
    stop,
    [Symbol.asyncDispose]: stop,
  }

  async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = incoming
    const request: ServedRequest = { method, path, headers, body: '', status: 0 }
    response.once('finish', () => (request.status = response.statusCode))
    requests.push(request)
    try {
      request.body = await bodyOf(incoming)
      if (intercept?.(request, response)) return
      await serve(request, response)
    } catch (error) {
      if (!response.headersSent) reply(response, 400, { error: (error as Error).message })
    }
  }

  async function serve({ method, path, headers, body }: ServedRequest, response: ServerResponse): Promise<void> {
    const created = Math.floor(now() / 1_000)
    const { pathname } = new URL(path, url)
    if (method === 'GET' && pathname === '/v1/proxy/models') return reply(response, 200, models({ model, created }))
    const { user, account } = await signIn(headers.authorization)
    const asked = USER_FEE.exec(pathname)?.[1]
    if (method === 'GET' && asked !== undefined) {
      if (asked.toLowerCase() !== user.toLowerCase())
        return reply(response, 403, { error: 'you can only query your own unsettled fee' })
      return reply(response, 200, { userAddress: user, unsettledFee: String(billing.unsettledFee(user)) })
    }
    const answer = answers[`${method} ${pathname}`]
    if (!answer) return reply(response, 404, { error: 'not found' })
    const request = JSON.parse(body) as OpenAiRequest
    await billing.admit(user, account).catch((error: Error) => {
      throw new Error(`validate request: ${error.message}`)
    })
    count += 1
    answer(request, { id: `chatcmpl-${count}`, model, created }, response)
  }

  /** Accounts are viewed before the signature is verified: the generation of a token is a part of the account. */
  async function signIn(authorization: string | undefined): Promise<{ user: string; account: ViewedAccount | null }> {
    try {
      const claimed = claimedUser(authorization)
      const account = isAddress(claimed) ? await billing.view(claimed) : null
      const rules = { provider: wallet.address, generation: account?.generation ?? null, nowMs: now() }
      return { user: validateSession(authorization, rules), account }
    } catch (error) {
      throw new Error(`validate session: ${(error as Error).message}`, { cause: error })
    }
  }
}

type Head = Parameters<typeof chatCompletion>[1]
type Answer = (request: OpenAiRequest, head: Head, response: ServerResponse) => void

const answers: Readonly<Record<string, Answer | undefined>> = {
  'POST /v1/proxy/chat/completions'(request, head, response) {
    const key = { 'ZG-Res-Key': head.id }
    if (!request.stream) return reply(response, 200, chatCompletion(request, head), key)
    response.writeHead(200, { 'content-type': 'text/event-stream', ...key })
    for (const chunk of chatChunks(request, head)) response.write(`data: ${JSON.stringify(chunk)}\n\n`)
    response.end('data: [DONE]\n\n')
  },
  'POST /v1/proxy/embeddings': (request, head, response) =>
    reply(response, 200, embeddings(request, head), { 'ZG-Res-Key': head.id }),
}

function reply(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) throw new Error('request body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const ignore = (): void => undefined
