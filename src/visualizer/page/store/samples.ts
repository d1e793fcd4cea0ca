import type { Entry, State, SubAccountState } from '../../protocol.ts'
import { forDrawing } from '../format/amounts.ts'

/** What a sub-account had at a moment, in OG: numbers for drawing. */
export type Sample = {
  at: number
  available: number
  pending: number
  required: number
  /** More than before: it was topped up. */
  paidIn: boolean
}

/** By the sub-account's key, each list oldest first. */
export type Samples = ReadonlyMap<string, readonly Sample[]>

/** What was there when the history began. */
export function firstSamples(base: State, at: number): Samples {
  const present = Object.values(base.subAccounts).filter(({ account }) => account !== null)
  return new Map(present.map((one) => [one.key, [{ ...sampleOf(one, at), paidIn: false }]]))
}

/** Notes what an entry changed, in the map that is given. */
export function noteSamples(samples: Map<string, readonly Sample[]>, entry: Entry, before: State, after: State): void {
  for (const key of Object.keys(entry.patch.subAccounts ?? {})) {
    const one = after.subAccounts[key]
    if (!one) continue
    const known = samples.get(key) ?? []
    const [last, next] = [known.at(-1), sampleOf(one, entry.at)]
    if (last ? isSame(last, next) : one.account === null) continue
    // What is there at the first reading was not paid in by it.
    const paidIn = before.block !== null && next.available > (last?.available ?? 0)
    samples.set(key, [...known, { ...next, paidIn }])
  }
}

/** Up to a moment. */
export function samplesUntil(samples: readonly Sample[] | undefined, at: number): readonly Sample[] {
  if (!samples) return []
  return (samples.at(-1)?.at ?? 0) <= at ? samples : samples.filter((one) => one.at <= at)
}

function sampleOf({ account, plan }: SubAccountState, at: number): Omit<Sample, 'paidIn'> {
  return {
    at,
    available: forDrawing(account?.available ?? '0'),
    pending: forDrawing(account?.pendingRefund ?? '0'),
    required: forDrawing(plan?.required ?? '0'),
  }
}

const isSame = (a: Omit<Sample, 'paidIn'>, b: Omit<Sample, 'paidIn'>): boolean =>
  a.available === b.available && a.pending === b.pending && a.required === b.required
