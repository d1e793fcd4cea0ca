import type { Entry, State, SubAccountState } from '../../protocol.ts'
import { forDrawing } from '../format/amounts.ts'

/** The balances of a sub-account at a moment, in OG, for drawing only. */
export type Sample = {
  at: number
  available: number
  pending: number
  required: number
  /** More is available than before: it was topped up. */
  paidIn: boolean
}

/** By the key of the sub-account; each list oldest first. */
export type Samples = ReadonlyMap<string, readonly Sample[]>

/** The samples of the base. */
export function firstSamples(base: State, at: number): Samples {
  const present = Object.values(base.subAccounts).filter(({ account }) => account !== null)
  return new Map(present.map((one) => [one.key, [{ ...sampleOf(one, at), paidIn: false }]]))
}

/** Adds the samples of an entry to the map. */
export function noteSamples(samples: Map<string, readonly Sample[]>, entry: Entry, before: State, after: State): void {
  for (const key of Object.keys(entry.patch.subAccounts ?? {})) {
    const one = after.subAccounts[key]
    if (!one) continue
    const known = samples.get(key) ?? []
    const [last, next] = [known.at(-1), sampleOf(one, entry.at)]
    if (last ? isSame(last, next) : one.account === null) continue
    // The balance of the first reading is not a top-up.
    const paidIn = before.block !== null && next.available > (last?.available ?? 0)
    samples.set(key, [...known, { ...next, paidIn }])
  }
}

/** The samples up to a moment. */
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
