import type { VNode } from 'preact'
import type { Chart } from '../../protocol.ts'

const ZOOMS = [1, 1.25, 1.5, 2]
/** The charts' names on the page. */
export const TITLES: Readonly<Record<string, string>> = {
  subAccount: 'Sub-account',
  autoFunding: 'Auto-funding',
  transaction: 'Transaction',
  ledger: 'Ledger',
  autoDeposit: 'Deposits',
}

/** The tabs of the charts. */
export function Tabs({
  charts,
  id,
  choose,
}: {
  charts: readonly Chart[]
  id: string
  choose: (id: string) => void
}): VNode {
  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const index = charts.findIndex((chart) => chart.id === id)
    const next = charts[(index + step + charts.length) % charts.length]
    if (next) choose(next.id)
    const tabs = (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role=tab]')
    tabs[(index + step + charts.length) % charts.length]?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Charts" onKeyDown={move}>
      {charts.map((chart) => (
        <button
          key={chart.id}
          type="button"
          role="tab"
          aria-selected={chart.id === id}
          tabIndex={chart.id === id ? 0 : -1}
          onClick={() => choose(chart.id)}
        >
          {TITLES[chart.id] ?? chart.title}
        </button>
      ))}
    </div>
  )
}

/** Makes the chart smaller and larger. */
export function Zoom({ zoom, setZoom }: { zoom: number; setZoom: (zoom: number) => void }): VNode {
  const step = (by: 1 | -1) => setZoom(ZOOMS[Math.max(0, ZOOMS.indexOf(zoom) + by)] ?? zoom)
  return (
    <span class="zoom" role="group" aria-label="Zoom">
      <button
        type="button"
        class="button bare"
        aria-label="Smaller"
        disabled={zoom === ZOOMS[0]}
        onClick={() => step(-1)}
      >
        −
      </button>
      <button
        type="button"
        class="button bare"
        aria-label="Larger"
        disabled={zoom === ZOOMS.at(-1)}
        onClick={() => step(1)}
      >
        +
      </button>
    </span>
  )
}
