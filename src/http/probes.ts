import type { GuestRequest, GuestResponse } from './guest.ts'

/** What a monitoring system asks for. */
export type Probes = {
  metrics(accept: string | undefined): { contentType: string; text: string }
  health(): { status: 'pass' | 'warn' | 'fail' }
}

const PATHS = ['metrics', 'livez', 'readyz'] as const

export type ProbePath = (typeof PATHS)[number]

export const isProbePath = (path: string | null): path is ProbePath => PATHS.some((one) => one === path)

/**
 * Answers `metrics`; `livez`, which says that the process turns; and `readyz`, which is 503 while the health fails. The request is one
 * that the guard has let through.
 */
export function answerProbe(
  path: ProbePath,
  { probes, request, response }: { probes: Probes; request: GuestRequest; response: GuestResponse },
): void {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return json(response, 405, { error: 'This can only be read.' })
  if (path === 'livez') return json(response, 200, { status: 'pass' })
  if (path === 'readyz') {
    const health = probes.health()
    return json(response, health.status === 'fail' ? 503 : 200, health)
  }
  const { contentType, text } = probes.metrics(request.headers.accept)
  response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(text)
}

function json(response: GuestResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
