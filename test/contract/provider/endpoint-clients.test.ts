import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import OpenAI, { BadRequestError } from 'openai'
import { parseEther as og } from 'ethers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localChain, type LocalChain } from '../../support/chain.ts'
import { endpointWorld, type EndpointWorld } from '../../support/endpoint-world.ts'

let chain: LocalChain

beforeAll(async () => {
  chain = await localChain({ inferenceProviders: 1, fineTuningProviders: 0 })
})
afterAll(() => chain[Symbol.asyncDispose]())

/** Each begins with too little, so that the first request of a client is rejected, funded and sent again. */
const funded = (world: EndpointWorld) =>
  expect([world.sent(), world.endpoint.counts().answered]).toEqual([[og('0.8')], 1])

describe('the OpenAI SDK', () => {
  const clientOf = ({ endpoint: { baseURL, fetch } }: EndpointWorld) => new OpenAI({ baseURL, apiKey: '0g', fetch })
  const messages = [{ role: 'user' as const, content: 'good day' }]

  test('chats', async () => {
    await using world = await endpointWorld(chain)
    const { data: completion, response } = await clientOf(world)
      .chat.completions.create({ model: world.endpoint.model, messages })
      .withResponse()
    expect(completion.choices[0]?.message.content).toBe('You said: good day')
    expect(response.headers.get('ZG-Res-Key')).toBe(completion.id)
    funded(world)
  })

  test('streams', async () => {
    await using world = await endpointWorld(chain)
    const stream = await clientOf(world).chat.completions.create({
      model: world.endpoint.model,
      messages,
      stream: true,
    })
    const words: string[] = []
    for await (const chunk of stream) words.push(chunk.choices[0]?.delta.content ?? '')
    expect(words.join('')).toBe('You said: good day')
    funded(world)
  })

  test('embeds', async () => {
    await using world = await endpointWorld(chain)
    const { data } = await clientOf(world).embeddings.create({
      model: world.endpoint.model,
      input: ['a b', 'abc'],
      encoding_format: 'float',
    })
    expect(data.map(({ embedding }) => embedding)).toEqual([
      [3, 2],
      [3, 1],
    ])
    funded(world)
  })

  test("gets the provider's own error where the broker holds", async () => {
    await using world = await endpointWorld(chain, { endpoint: { maxTopUp: '0.01' } })
    const refused = clientOf(world).chat.completions.create({ model: world.endpoint.model, messages })
    await expect(refused).rejects.toThrow(BadRequestError)
    await expect(refused).rejects.toThrow('insufficient balance: your locked balance is 1.200000 0G')
    expect(world.provider.requests).toHaveLength(1)
  })
})

describe('the AI SDK', () => {
  const clientOf = ({ endpoint: { baseURL, fetch } }: EndpointWorld) =>
    createOpenAICompatible({ name: '0g', baseURL, apiKey: '0g', fetch })
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'good day' }] }]

  test('chats', async () => {
    await using world = await endpointWorld(chain)
    const { content } = await clientOf(world).chatModel(world.endpoint.model).doGenerate({ prompt })
    expect(content).toEqual([{ type: 'text', text: 'You said: good day' }])
    funded(world)
  })

  test('streams', async () => {
    await using world = await endpointWorld(chain)
    const { stream } = await clientOf(world).chatModel(world.endpoint.model).doStream({ prompt })
    let text = ''
    for await (const part of stream as unknown as AsyncIterable<{ type: string; delta?: string }>)
      if (part.type === 'text-delta') text += part.delta ?? ''
    expect(text).toBe('You said: good day')
    funded(world)
  })

  test('embeds', async () => {
    await using world = await endpointWorld(chain)
    const { embeddings } = await clientOf(world)
      .embeddingModel(world.endpoint.model)
      .doEmbed({ values: ['a b', 'abc'] })
    expect(embeddings).toEqual([
      [3, 2],
      [3, 1],
    ])
    funded(world)
  })
})
