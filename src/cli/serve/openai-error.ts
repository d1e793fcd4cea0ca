import type { ServerResponse } from 'node:http'

/** A refusal of this server in the shape that OpenAI's clients read. */
export type OpenAiError = { status: number; code: string; message: string }

export function sendError(response: ServerResponse, { status, code, message }: OpenAiError): void {
  if (response.headersSent) return void response.destroy()
  const type = status >= 500 ? 'server_error' : 'invalid_request_error'
  // The rest of the body may not have been read.
  response.shouldKeepAlive = false
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { message, type, param: null, code } }))
}
