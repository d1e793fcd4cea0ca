import type { VNode } from 'preact'
import { column, exactly, inOg, type Wei } from '../format/amounts.ts'

/** An amount; its title has all digits. */
export function Amount({ wei, unit = true, digits }: { wei: Wei; unit?: boolean; digits?: number }): VNode {
  return (
    <span class="amount" title={exactly(wei)}>
      {digits === undefined ? inOg(wei) : column(wei, digits)}
      {unit && <span class="unit"> OG</span>}
    </span>
  )
}
