import type { VNode } from 'preact'
import { useMemo } from 'preact/hooks'
import type { SubAccountState } from '../../protocol.ts'
import { nextOf, runwayWait, titleOf } from '../format/accounts.ts'
import { duration } from '../format/durations.ts'
import { reasonWords } from '../format/hold-reasons.ts'
import { short } from '../format/words.ts'
import { standingOf } from '../store/standing.ts'
import { samplesUntil, type Sample } from '../store/samples.ts'
import { Amount } from './amount.tsx'
import { Icon } from './icon.tsx'
import { Sparkline } from './sparkline.tsx'

export type RowProps = {
  account: SubAccountState
  samples: readonly Sample[] | undefined
  from: number
  to: number
  /** Later samples are not shown. */
  at: number
  dryRun: boolean
  isSelected: boolean
  /** Whether the tab key stops at this row; it stops at one, and the arrow keys move on from there. */
  isStop: boolean
  select: (key: string | null) => void
}

/** A row of the list. It is drawn again only where it changed: of a hundred rows most frames change a few. */
export function Row(props: RowProps): VNode {
  const { account, samples, from, to, at, dryRun, isSelected, isStop, select } = props
  return useMemo(() => <Cells {...props} />, [account, samples, from, to, at, dryRun, isSelected, isStop, select])
}

function Cells({ account: one, samples, from, to, at, dryRun, isSelected, isStop, select }: RowProps): VNode {
  const { text, tone } = nextOf(one, dryRun)
  const standing = standingOf(one)
  const title = titleOf(one)
  return (
    <tr
      class={isSelected ? 'selected' : ''}
      data-key={one.key}
      data-state={one.lifecycle.value}
      data-standing={standing.name}
      onClick={() => select(isSelected ? null : one.key)}
    >
      <td class="name">
        <button type="button" tabIndex={isStop ? 0 : -1} aria-expanded={isSelected} title={`${title}\n${one.provider}`}>
          <span class="foreign">{title}</span>
        </button>
        <span class="foreign under">
          {one.service?.model && <span class="mono">{short(one.provider)} · </span>}
          {one.serviceType}
        </span>
      </td>
      <td class="standing" title={one.plan?.reason ? reasonWords(one.plan.reason).long : text}>
        <span class="state" data-tone={standing.tone}>
          <Icon name={standing.icon} />
          {standing.word}
        </span>
        <span data-tone={tone} class="foreign under">
          {text}
        </span>
      </td>
      <td class="right available">
        {one.account ? <Amount wei={one.account.available} unit={false} aligned /> : '–'}
        <span class="under">{one.plan ? <>of {<Amount wei={one.plan.required} unit={false} aligned />}</> : '–'}</span>
      </td>
      <td class="right runway">
        {one.plan?.runway == null ? <span class="wait">{runwayWait(one.plan)}</span> : duration(one.plan.runway)}
      </td>
      <td class="spark">
        <Sparkline samples={samplesUntil(samples, at)} from={from} to={to} required={one.plan?.required ?? '0'} />
      </td>
    </tr>
  )
}
