import { parseEther as og } from 'ethers'
import { seeded } from '../../src/testing/random.ts'

export const MONTH = 30 * 24 * 60

/** `refuses`: the node answers neither queries nor broadcasts. `stale`: it is blocks behind. `slow`: it takes up to 40 s. */
export const outageKinds = ['refuses', 'stale', 'slow'] as const
export type OutageKind = (typeof outageKinds)[number]

/** The first and the last minute of it. */
export type Outage = { from: number; to: number; kind: OutageKind }

/** What the process is doing when it is lost. `now`: whatever it does at that minute. */
export const crashMoments = [
  'now',
  'before the record',
  'after the record',
  'before the broadcast',
  'after the broadcast',
] as const
export type Crash = {
  at: number
  moment: (typeof crashMoments)[number]
  /** Minutes until the next process. */ down: number
}

/** What one provider serves, in wei a minute, in stretches; and when it settles what it served. */
type Habits = { spells: readonly { from: number; rate: bigint }[]; settlesEvery: number; settlesAt: bigint }

export type Schedule = {
  outages: readonly Outage[]
  crashes: readonly Crash[]
  /** What a provider would serve in a minute, in wei. */
  demand(provider: number, minute: number): bigint
  /** Whether a provider settles what it is owed: at a regular time, or because it is much. */
  settles(provider: number, minute: number, owed: bigint): boolean
}

const MINUTES = { calm: [120, 2_000], quiet: [600, 4_000], burst: [10, 90] } as const
const HIGHEST_RATE = { calm: og('0.0015'), quiet: 0n, burst: og('0.12') }

/** A month of providers, nodes and processes, drawn from a seed. */
export function scheduleOf(seed: number, providers: number): Schedule {
  const random = seeded(seed)
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1))
  const oneOf = <T>(all: readonly [T, ...T[]]): T => all[between(0, all.length - 1)] ?? all[0]
  const habits = Array.from({ length: providers }, habitsOf)
  const outages = events(between(0, 40), (at): Outage => {
    const minutes = random() < 0.8 ? between(1, 20) : between(30, 400)
    return { from: at, to: at + minutes, kind: oneOf(outageKinds) }
  })
  const crashes = events(between(0, 25), (at): Crash => ({ at, moment: oneOf(crashMoments), down: between(0, 60) }))

  return {
    outages,
    crashes,
    demand: (provider, minute) => habits[provider]?.spells.findLast(({ from }) => from <= minute)?.rate ?? 0n,
    settles(provider, minute, owed) {
      const { settlesEvery, settlesAt } = habits[provider] ?? { settlesEvery: 1, settlesAt: 0n }
      return owed > 0n && (owed >= settlesAt || minute % settlesEvery === 0)
    },
  }

  function habitsOf(): Habits {
    const spells: { from: number; rate: bigint }[] = []
    for (let from = 0; from < MONTH;) {
      const mood = oneOf(['calm', 'calm', 'quiet', 'burst'] as const)
      spells.push({ from, rate: (HIGHEST_RATE[mood] * BigInt(between(1, 1_000))) / 1_000n })
      const [least, most] = MINUTES[mood]
      from += between(least, most)
    }
    return { spells, settlesEvery: oneOf([10, 60, 600]), settlesAt: oneOf([og('0.3'), og('2'), og('5')]) }
  }

  function events<T>(count: number, at: (minute: number) => T): T[] {
    const minutes = Array.from({ length: count }, () => between(1, MONTH - 1)).toSorted((a, b) => a - b)
    return minutes.map(at)
  }
}
