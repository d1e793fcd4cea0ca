import { expect, test } from 'vitest'
import { createTopic } from '../../../src/streams/topic.ts'

test('each subscriber gets the messages after its subscription, and the end', () => {
  const log: string[] = []
  const topic = createTopic<string>(() => log.push('subscribed'))
  topic.next('before')
  const subscribe = (name: string) =>
    topic.messages$.subscribe({
      next: (message) => log.push(`${name} ${message}`),
      complete: () => log.push(`${name} ended`),
    })
  const first = subscribe('first')
  topic.next('one')
  subscribe('second')
  topic.next('two')
  first.unsubscribe()
  topic.next('three')
  topic.close()
  topic.next('after')
  expect(log).toEqual([
    'subscribed',
    'first one',
    'subscribed',
    'first two',
    'second two',
    'second three',
    'second ended',
  ])
})

test('a topic that closed before its first subscriber ends for it at once', () => {
  const topic = createTopic<string>()
  topic.close()
  const log: string[] = []
  topic.messages$.subscribe({ next: (message) => log.push(message), complete: () => log.push('ended') })
  expect(log).toEqual(['ended'])
})
