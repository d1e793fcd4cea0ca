import type { Connected } from '../../src/chain/connect.ts'
import type { Call, Fees } from '../../src/chain/port.ts'
import { RefusedError } from '../../src/base/not-sent-errors.ts'
import { ReadError, type Journal } from '../../src/index.ts'

/** Queries that can fail or hang: `fee` is a provider's answer on the unsettled fee, `blocks` the times of blocks. */
export const places = ['gas', 'services', 'fee', 'estimates', 'blocks', 'signer', 'journal'] as const
export type Place = (typeof places)[number]
export type Mood = 'well' | 'fails' | 'hangs'

/** A running process: once it is over, none of its calls goes on. */
export type Program = { isOver: boolean }

/** Makes queries of a process fail or hang for a while; one process follows the other. */
export function createTrouble({ isWallet }: { isWallet: boolean }) {
  const moods = new Map<Place, Mood>()
  let held: { place: Place; go: () => void }[] = []

  return {
    at,
    set(place: Place, mood: Mood): void {
      moods.set(place, mood)
      if (mood !== 'hangs') release((one) => one.place === place)
    },
    heal(): void {
      moods.clear()
      release(() => true)
    },
    journal: (kept: Journal, program: Program): Journal => ({
      ...kept,
      append: (record) => at('journal', program, () => kept.append(record)),
    }),
    /** @param onMade is called for each transaction that the wallet signs or sends, recorded or not */
    bend(connected: Connected, program: Program, onMade: (hash: string, call: Call, fees: Fees) => void): Connected {
      const { transactions: port } = connected
      return {
        ...connected,
        readPosition: () => (program.isOver ? never() : connected.readPosition()),
        fees: () => at('gas', program, connected.fees),
        readService: (one) => at('services', program, () => connected.readService(one)),
        transactions: port && {
          ...port,
          estimateGas: (call) => at('estimates', program, () => port.estimateGas(call)),
          // A lagging node does not have the block yet.
          timestampOf: (block) => at('blocks', program, () => port.timestampOf(block)).catch(() => null),
          broadcast: (raw) => (program.isOver ? never() : port.broadcast(raw)),
          sign: isWallet
            ? null
            : async (call, how) => {
                const signed = await at('signer', program, () => port.sign?.(call, how) ?? never())
                onMade(signed.hash, call, how.fees)
                return signed
              },
          async send(call, how) {
            const hash = await at('signer', program, () => port.send(call, how)).catch(refuse)
            onMade(hash, call, how.fees)
            return hash
          },
        },
      }
    },
  }

  async function at<T>(place: Place, program: Program, work: () => Promise<T>): Promise<T> {
    if (program.isOver) return never()
    const mood = moods.get(place) ?? 'well'
    if (mood === 'fails') {
      const Failure = place === 'signer' && isWallet ? RefusedError : ReadError
      throw new Failure('Out of order.', { place })
    }
    if (mood === 'hangs') await new Promise<void>((go) => held.push({ place, go }))
    return program.isOver ? never() : work()
  }

  function release(matches: (one: { place: Place }) => boolean): void {
    const free = held.filter(matches)
    held = held.filter((one) => !matches(one))
    for (const { go } of free) go()
  }
}

function refuse(cause: unknown): never {
  throw new RefusedError('The wallet refused to send.', {}, { cause })
}

const never = (): Promise<never> => new Promise(() => undefined)
