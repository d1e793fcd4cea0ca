import { request as overHttp, type IncomingMessage } from 'node:http'
import { request as overHttps } from 'node:https'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { makeError, type FetchGetUrlFunc, type FetchRequest, type GetUrlResponse } from 'ethers'

/** The answer about a fleet's hundred wallets has a hundredth of it. */
const MOST_BYTES = 2 ** 26

/**
 * Sends requests as ethers does, and ends an answer that is too long, that unpacks to too much, or that is not whole in time. ethers keeps all
 * of an answer that never ends: its time is over only where the node is silent.
 */
export function boundedGetUrl(mostBytes = MOST_BYTES): FetchGetUrlFunc {
  return async (request, signal) => {
    signal?.checkSignal()
    const timeout = AbortSignal.timeout(request.timeout)
    const cancel = new AbortController()
    signal?.addListener(() => cancel.abort())
    try {
      const answer = await answerTo(request, AbortSignal.any([timeout, cancel.signal]))
      return await wholeOf(answer, mostBytes)
    } catch (error) {
      if (timeout.aborted) throw makeError('request timeout', 'TIMEOUT', { operation: 'request', reason: 'timeout' })
      throw error
    }
  }
}

function answerTo({ url, method, headers, body }: FetchRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? overHttps : overHttp
    // A broken connection ends the answer, too: its stream tells that.
    send(url, { method, headers, signal }, resolve)
      .on('error', reject)
      .end(body ?? undefined)
  })
}

async function wholeOf(answer: IncomingMessage, mostBytes: number): Promise<GetUrlResponse> {
  const parts: Buffer[] = []
  let size = 0
  const keep = async (stream: AsyncIterable<Buffer>) => {
    for await (const part of stream) {
      if ((size += part.length) > mostBytes) return
      parts.push(part)
    }
  }
  const isPacked = answer.headers['content-encoding'] === 'gzip'
  const reading = isPacked ? pipeline(answer, createGunzip(), keep) : pipeline(answer, keep)
  try {
    await reading
  } catch (error) {
    // The rest that is not read counts as broken off.
    if (size <= mostBytes) throw error
  }
  if (size > mostBytes) {
    answer.destroy()
    throw new Error(`the answer is longer than ${mostBytes} bytes`)
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')])
  return {
    statusCode: answer.statusCode ?? 0,
    statusMessage: answer.statusMessage ?? '',
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: size === 0 ? null : new Uint8Array(Buffer.concat(parts)),
  }
}
