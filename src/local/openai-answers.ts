/** The part of a request body that a local provider reads. */
export type OpenAiRequest = {
  model?: string
  stream?: boolean
  stream_options?: { include_usage?: boolean }
  messages?: readonly { role: string; content: unknown }[]
  input?: string | readonly string[]
}

/** What all answers to one request have in common; `created` in seconds. */
export type AnswerHead = { id: string; model: string; created: number }

/** A model that repeats what the user said last, in OpenAI's shapes. */
export function chatCompletion(request: OpenAiRequest, { id, model, created }: AnswerHead): object {
  const content = replyTo(request)
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop', logprobs: null }],
    usage: usageOf(request, content),
  }
}

/** The same as chunks of a stream: one for the role, one for each word, one for the end, and one with the usage if wanted. */
export function chatChunks(request: OpenAiRequest, { id, model, created }: AnswerHead): object[] {
  const content = replyTo(request)
  const head = { id, object: 'chat.completion.chunk', created, model }
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason, logprobs: null }],
  })
  return [
    chunk({ role: 'assistant', content: '' }),
    ...(content.match(/\S+\s*/g) ?? []).map((word) => chunk({ content: word })),
    chunk({}, 'stop'),
    ...(request.stream_options?.include_usage ? [{ ...head, choices: [], usage: usageOf(request, content) }] : []),
  ]
}

/** Vectors that depend on the text alone: its length and its number of words. */
export function embeddings(request: OpenAiRequest, { model }: Pick<AnswerHead, 'model'>): object {
  const inputs = [request.input ?? []].flat()
  const tokens = inputs.reduce((sum, text) => sum + wordsIn(text), 0)
  return {
    object: 'list',
    model,
    data: inputs.map((text, index) => ({ object: 'embedding', index, embedding: [text.length, wordsIn(text)] })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

export function models({ model, created }: Pick<AnswerHead, 'model' | 'created'>): object {
  return { object: 'list', data: [{ id: model, object: 'model', created, owned_by: 'local' }] }
}

function replyTo({ messages = [] }: OpenAiRequest): string {
  const said = messages.findLast(({ role }) => role === 'user')?.content
  return `You said: ${textOf(said)}`
}

/** A message is a text, or a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return Array.isArray(content) ? content.map((part: { text?: string }) => part.text ?? '').join('') : ''
}

function usageOf({ messages = [] }: OpenAiRequest, reply: string) {
  const prompt_tokens = messages.reduce((sum, { content }) => sum + wordsIn(textOf(content)), 0)
  const completion_tokens = wordsIn(reply)
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens }
}

const wordsIn = (text: string): number => text.match(/\S+/g)?.length ?? 0
