import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Received = { path: string; headers: IncomingHttpHeaders; body: string }

/** How the server answers: a status with headers, or never. */
export type ReceiverAnswer = { status: number; headers?: Record<string, string>; body?: string } | 'never'

/** An HTTP server that takes alerts, as a chat or a pager does. */
export type ReceiverServer = AsyncDisposable & {
  url: string
  received: Received[]
  /** How the next requests are answered; the last one holds on. 200 before. */
  answer(...answers: ReceiverAnswer[]): void
}

export async function receiverServer(): Promise<ReceiverServer> {
  const received: Received[] = []
  let answers: ReceiverAnswer[] = [{ status: 200 }]
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body })
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer === undefined || answer === 'never') return
      response.writeHead(answer.status, answer.headers).end(answer.body ?? '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    answer: (...next) => void (answers = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
