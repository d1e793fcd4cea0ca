import { expect, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import type { Logger } from '../../../src/base/logger.ts'
import { createLaneMembers, SharedOptions, type LaneMember } from '../../../src/transactions/lane-members.ts'
import { memoryJournal } from '../../../src/transactions/memory-journal.ts'
import { scriptedPort } from '../../support/scripted-port.ts'

const heard: string[] = []

function memberOf(name: string): LaneMember {
  const line =
    (level: string) =>
    (_: object, message: string): void =>
      void heard.push(`${name} ${level} ${message}`)
  const logger: Logger = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  return {
    port: Object.freeze(scriptedPort({ head: () => Promise.resolve(name.length) })),
    logger: Object.freeze(logger),
    clock: Object.freeze({ ...systemClock }),
    journal: memoryJournal(),
    blockTimeMs: () => 1_000,
    onMined: () => undefined,
    onChange: () => undefined,
    maxFeePerGas: null,
    isRestored: false,
  }
}

test('a lane uses frozen loggers, clocks and connections, always those of the oldest broker that is open', async () => {
  const [first, second] = [memberOf('first'), memberOf('second')]
  const members = createLaneMembers(first)
  members.add(second)
  const { logger, port, clock } = new SharedOptions(members)
  logger.warn({}, 'one')
  expect([await port.head(), Object.keys(logger), 'warn' in logger, 'trace' in logger]).toEqual([
    5,
    ['debug', 'info', 'warn', 'error'],
    true,
    false,
  ])
  members.remove(first)
  logger.warn({}, 'two')
  expect([await port.head(), typeof clock.now(), heard]).toEqual([6, 'number', ['first warn one', 'second warn two']])
})
