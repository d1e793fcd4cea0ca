import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { Entry } from '../../protocol.ts'
import { titleOf } from '../format/accounts.ts'
import { clock } from '../format/durations.ts'
import { transactionLink } from '../format/links.ts'
import { sentenceOf } from '../format/sentences.ts'
import { signs, toneOf } from '../format/tones.ts'
import { short } from '../format/words.ts'
import { isOf, kinds, subjectOf, type Kind } from '../store/kinds.ts'
import { backwards } from '../store/moments.ts'
import { Icon } from './icon.tsx'
import { usePage } from './page.ts'

/** Folded at first: the newest are what a person looks for. */
const FOLDED = 10
const PAGE = 100
const TITLES: Readonly<Record<Kind, string>> = {
  highlights: 'Highlights',
  money: 'Money',
  decisions: 'Decisions',
  states: 'States',
  everything: 'All',
}

/** The entries, newest first: all of them, or those of one sub-account. The time of a line takes the whole page there. */
export function Timeline({ only = null }: { only?: string | null }): VNode {
  const { view } = usePage()
  const [kind, setKind] = useState<Kind>('highlights')
  const [many, setMany] = useState(FOLDED)
  const { history, seq } = view
  const [focused, setFocused] = useState<number | null>(null)
  const found = useMemo(() => {
    const entries: Entry[] = []
    for (const entry of backwards(history, seq)) {
      if (!isOf(kind, entry) || (only !== null && subjectOf(entry) !== only)) continue
      entries.push(entry)
      if (entries.length > many) break
    }
    return entries
  }, [history, seq, kind, many, only])
  const visible = found.slice(0, many)
  const stop = visible.some((entry) => entry.seq === focused) ? focused : visible[0]?.seq
  return (
    <section class="card timeline" aria-label="Timeline">
      <div class="card-head">
        <h2>Timeline</h2>
        <div class="kinds end" role="group" aria-label="Show">
          {kinds.map((one) => (
            <button key={one} type="button" aria-pressed={one === kind} onClick={() => setKind(one)}>
              {TITLES[one]}
            </button>
          ))}
        </div>
      </div>
      {found.length === 0 && <p class="nothing">Nothing of that kind has happened yet.</p>}
      <ol onKeyDown={moveFocus} onFocusIn={(event) => setFocused(seqOf(event.target))}>
        {visible.map((entry) => (
          <Line key={entry.seq} entry={entry} withName={only === null} isStop={entry.seq === stop} />
        ))}
      </ol>
      {found.length > many && (
        <button type="button" class="button older" onClick={() => setMany(many + PAGE)}>
          Show older
        </button>
      )}
    </section>
  )
}

/** The number of the entry whose line has an element. */
function seqOf(target: EventTarget | null): number | null {
  const line = target instanceof Element ? target.closest<HTMLElement>('li') : null
  return line ? Number(line.dataset['seq']) : null
}

/** The arrow keys move the focus: up and down from line to line, left and right within a line. */
function moveFocus(event: KeyboardEvent): void {
  const line = event.target instanceof Element ? event.target.closest('li') : null
  if (!line) return
  const parts = [...line.querySelectorAll<HTMLElement>('button, a')]
  const index = parts.findIndex((one) => one === event.target)
  const next = {
    ArrowDown: line.nextElementSibling?.querySelector<HTMLElement>('button'),
    ArrowUp: line.previousElementSibling?.querySelector<HTMLElement>('button'),
    ArrowRight: parts[index + 1],
    ArrowLeft: parts[index - 1],
  }[event.key]
  if (!next) return
  event.preventDefault()
  next.focus()
}

function Line({ entry, withName, isStop }: { entry: Entry; withName: boolean; isStop: boolean }): VNode {
  const { view, dispatch, select } = usePage()
  const { text, subject, hash } = useMemo(() => sentenceOf(entry), [entry])
  const tone = toneOf(entry)
  const account = withName && subject !== null ? view.state.subAccounts[subject] : undefined
  const link = transactionLink(view.subject.network.explorer, hash)
  const isHere = view.seq === entry.seq && !view.isLive
  return (
    <li data-tone={tone} data-kind={entry.kind} data-seq={entry.seq} class={isHere ? 'here' : ''}>
      <button
        type="button"
        class="when"
        tabIndex={isStop ? 0 : -1}
        title={`${new Date(entry.at).toLocaleString()}\nShow the page at this moment`}
        aria-label={`${clock(entry.at)}: show the page at this moment`}
        onClick={() => dispatch({ type: 'travel', to: entry.seq })}
      >
        {clock(entry.at)}
      </button>
      <Icon name={signs[tone]} />
      <span class="what">
        {account && (
          <button type="button" class="who foreign" tabIndex={-1} onClick={() => select(account.key)}>
            {titleOf(account)}
          </button>
        )}
        <span class="text">{text}</span>
        {hash !== null &&
          (link ? (
            <a class="mono" tabIndex={-1} href={link} target="_blank" rel="noreferrer noopener">
              {short(hash)}
            </a>
          ) : (
            <span class="mono dim" title={hash}>
              {short(hash)}
            </span>
          ))}
      </span>
    </li>
  )
}
