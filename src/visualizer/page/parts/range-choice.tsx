import type { VNode } from 'preact'
import { RANGES, rangeWords, type Range } from '../store/range.ts'

/** Chooses the stretch of time that every drawing shows, in the list and of one sub-account. */
export function RangeChoice({ range, setRange }: { range: Range; setRange: (range: Range) => void }): VNode {
  const chosen = 'last' in range ? String(range.last) : 'chosen'
  return (
    <select
      aria-label="Time that is shown"
      value={chosen}
      onChange={({ currentTarget }) =>
        currentTarget.value !== 'chosen' && setRange({ last: Number(currentTarget.value) })
      }
    >
      {'from' in range && <option value="chosen">{rangeWords(range)}</option>}
      {RANGES.map(({ last, words }) => (
        <option key={words} value={String(last)}>
          {words}
        </option>
      ))}
    </select>
  )
}
