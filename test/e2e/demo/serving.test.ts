import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { start } from '../cli/cli-process.ts'

test('the demo serves a model through a sub-account that starts empty: the first request is funded and answered', async () => {
  const demo = start(['demo', '--serve', '--port', '0', '--json'])
  const line = await demo.line((text) => text.includes('"serving"'))
  const { baseURL, key, model } = JSON.parse(line) as { baseURL: string; key: string; model: string }
  const client = new OpenAI({ baseURL, apiKey: key, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: 'good day' }]
  const completion = await client.chat.completions.create({ model, messages })
  expect(completion.choices[0]?.message.content).toBe('You said: good day')
  demo.interrupt()
  const { code, json } = await demo.ended
  expect(code).toBe(0)
  expect(json()).toMatchObject([
    { type: 'serving' },
    { type: 'served', requests: 1, rejected: 1, held: 0, retried: 1, answered: 1, funded: 1 },
  ])
})

test.for([
  [['--port', '1'], '--port is about a served model: it needs --serve.'],
  [['--serve', '--simulated'], 'Either --serve or --simulated, not both.'],
  [['--serve', '--providers', '2'], 'Either --serve or --providers, not both.'],
  [['--serve', '--port', 'x'], '--port is a whole number from 0 to 65535; this is "x".'],
] as const)('demo %s is refused', async ([options, words]) => {
  const { code, stderr } = await start(['demo', ...options]).ended
  expect([code, stderr]).toEqual([2, expect.stringContaining(words) as string])
})
