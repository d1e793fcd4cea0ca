import type { VNode } from 'preact'
import { exactly, inOg, padOf, type Wei } from '../format/amounts.ts'

export type AmountProps = {
  wei: Wei
  unit?: boolean
  /** In a column: the points of all amounts stand below one another. */
  aligned?: boolean
}

/** An amount, everywhere with the same digits; its title has all of them. */
export function Amount({ wei, unit = true, aligned = false }: AmountProps): VNode {
  return (
    <span class="amount" title={exactly(wei)}>
      {inOg(wei)}
      {aligned && <span class="pad">{padOf(inOg(wei))}</span>}
      {unit && <span class="unit"> OG</span>}
    </span>
  )
}
