import type { Clock } from '../../src/base/clock.ts'
import type { Connected } from '../../src/chain/connect.ts'
import type { Call, Fees } from '../../src/chain/port.ts'
import type { Journal } from '../../src/index.ts'
import { createProcessClock } from '../../src/testing/process-clock.ts'
import type { Crash } from './month-schedule.ts'

type MortalOptions = {
  clock: Clock
  journal: Journal
  /** Waits for as long as the node takes to hear a question, and to answer it. */
  travel: () => Promise<void>
  onDeath: () => void
  /** Called for each transaction that the wallet signs. */
  onSigned: (hash: string, call: Call, fees: Fees) => void
}

/** A process that is lost without a goodbye: from then on no call of it goes on, and no timer runs. */
export function createMortalProcess({ clock, journal, travel, onDeath, onSigned }: MortalOptions) {
  const own = createProcessClock(clock)
  let isDead = false
  let fate: Crash['moment'] | null = null

  return {
    clock: own.clock,
    journal: {
      ...journal,
      async append(record) {
        await unlessDead('before the record')
        await journal.append(record)
        await unlessDead('after the record')
      },
    } satisfies Journal,
    /** From now on it is lost at such a moment. */
    doom(moment: Crash['moment']): void {
      fate = moment
      if (moment === 'now') die()
    },
    die,
    bend(connected: Connected): Connected {
      const { transactions: port } = connected
      if (!port) return connected
      const { sign } = port
      return {
        ...connected,
        readPosition: asked(() => connected.readPosition()),
        fees: asked(() => connected.fees()),
        readService: asked((one: string) => connected.readService(one)),
        transactions: {
          ...port,
          estimateGas: asked((call: Call) => port.estimateGas(call)),
          fees: asked(() => port.fees()),
          balance: asked(() => port.balance()),
          head: asked(() => port.head()),
          mined: asked((hash: string) => port.mined(hash)),
          transactionCount: asked((tag: 'latest' | 'pending' | number) => port.transactionCount(tag)),
          async broadcast(raw) {
            await unlessDead('before the broadcast')
            const answer = await asked(() => port.broadcast(raw))()
            await unlessDead('after the broadcast')
            return answer
          },
          sign:
            sign &&
            (async (call, how) => {
              const signed = await sign(call, how)
              onSigned(signed.hash, call, how.fees)
              return signed
            }),
        },
      }
    },
  }

  function asked<Args extends readonly unknown[], Answer>(query: (...args: Args) => Promise<Answer>) {
    return async (...args: Args): Promise<Answer> => {
      if (isDead) return never()
      await travel()
      const answer = await query(...args)
      await travel()
      return isDead ? never() : answer
    }
  }

  async function unlessDead(moment: Crash['moment']): Promise<void> {
    if (fate === moment) die()
    if (isDead) await never()
  }

  function die(): void {
    if (isDead) return
    isDead = true
    own.kill()
    onDeath()
  }
}

const never = (): Promise<never> => new Promise(() => undefined)
