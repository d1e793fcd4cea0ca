import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { faultyAnswer, type Fault, type FaultRule, type Forward, type RpcAnswer, type RpcCall } from './faults.ts'

export type { Fault, FaultRule } from './faults.ts'

/** A proxy between a client and a node: counts calls, and injects the faults that its rules name. */
export type Proxy = {
  readonly url: string
  /** HTTP requests since the last reset. */
  readonly requests: number
  /** JSON-RPC calls by method since the last reset; the members of a batch count one by one. */
  readonly calls: Readonly<Record<string, number>>
  readonly log: readonly { method: string; params: unknown[] }[]
  /** Counts from zero again. The rules stay. */
  reset(): void
  /** Adds a rule and returns the function that removes it. The oldest rule that returns a fault decides. */
  fault(rule: FaultRule): () => void
  /** Keeps every request waiting until the returned function is called. */
  pause(): () => void
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

type Judged = { call: RpcCall; fault: Fault | undefined }
type Post = (payload: unknown) => Promise<unknown>

/** Starts a proxy before the JSON-RPC node at `target`. */
export async function startProxy(target: string): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true })
  const post: Post = (payload) => postJson(target, agent, payload)
  const rules = new Set<FaultRule>()
  let seen = nothing()
  let gate: Promise<unknown> = Promise.resolve()

  const judge = (call: RpcCall): Judged => {
    const { method, params = [] } = call
    const index = seen.calls[method] ?? 0
    seen.calls[method] = index + 1
    seen.log.push({ method, params })
    for (const rule of rules) {
      const fault = rule({ method, params, index })
      if (fault) return { call, fault }
    }
    return { call, fault: undefined }
  }
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    seen.requests += 1
    const payload = (await json(incoming)) as RpcCall | RpcCall[]
    const judged = [payload].flat().map(judge)
    await gate
    await answer(post, { incoming, outgoing, judged, batch: Array.isArray(payload) })
  }
  // An error here comes from the node: it is stopped, or its answer is no JSON.
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    agent.destroy()
    await closed
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return seen.requests
    },
    get calls() {
      return seen.calls
    },
    get log() {
      return seen.log
    },
    reset: () => void (seen = nothing()),
    fault: (rule) => {
      rules.add(rule)
      return () => void rules.delete(rule)
    },
    pause: () => {
      const pause = new AbortController()
      gate = Promise.all([gate, once(pause.signal, 'abort')])
      return () => pause.abort()
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

type Exchange = { incoming: IncomingMessage; outgoing: ServerResponse; judged: Judged[]; batch: boolean }

async function answer(post: Post, { incoming, outgoing, judged, batch }: Exchange): Promise<void> {
  const fault = <K extends Fault['kind']>(kind: K) =>
    judged.map(({ fault }) => fault).find((fault): fault is Extract<Fault, { kind: K }> => fault?.kind === kind)
  const refusal = fault('http')
  if (refusal) outgoing.writeHead(refusal.status, refusal.headers)
  if (refusal) return void outgoing.end()
  if (fault('drop')) return void incoming.socket.destroy()

  const answers = await answersTo(post, judged, batch)
  if (fault('dropAfter')) return void incoming.socket.destroy()
  const body = JSON.stringify(batch ? answers : answers[0])
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  if (!fault('half')) return void outgoing.end(body)
  outgoing.write(body.slice(0, body.length / 2), () => incoming.socket.destroy())
}

/** Calls without a fault stay together in one request, as the client sent them. */
async function answersTo(post: Post, judged: Judged[], batch: boolean): Promise<RpcAnswer[]> {
  const sound = judged.filter(({ fault }) => !fault).map(({ call }) => call)
  const together = async () => [await post(batch ? sound : sound[0])].flat() as RpcAnswer[]
  const single: Forward = async (call) => (await post(call)) as RpcAnswer
  const [answers, ...faulty] = await Promise.all([
    sound.length === 0 ? [] : together(),
    ...judged.map(({ call, fault }) => (fault ? faultyAnswer(single, call, fault) : undefined)),
  ])
  return judged.map(({ call }, index) => {
    const answer = faulty[index] ?? answers.find(({ id }) => id === call.id)
    if (!answer) throw new Error(`The node did not answer ${call.method}.`)
    return answer
  })
}

function nothing() {
  const calls: Record<string, number> = {}
  const log: { method: string; params: unknown[] }[] = []
  return { requests: 0, calls, log }
}

function postJson(url: string, agent: Agent, payload: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    request(url, { method: 'POST', agent, headers }, (response) => void json(response).then(resolve, reject))
      .on('error', reject)
      .end(JSON.stringify(payload))
  })
}
