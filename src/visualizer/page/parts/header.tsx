import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ago, clock, moment } from '../format/durations.ts'
import { addressLink } from '../format/links.ts'
import { readAt } from '../store/moments.ts'
import { Copy } from './copy.tsx'
import { Icon, type Shape } from './icon.tsx'
import { useChainClock, useNow, usePage } from './page.ts'

/** The wallet, the age of the last reading, and the state of the connection. */
export function Header({ hasToken, help }: { hasToken: boolean; help: () => void }): VNode {
  const { view } = usePage()
  const { wallet, network, actions } = view.subject
  const link = addressLink(network.explorer, wallet)
  return (
    <header class="header">
      <h1>
        <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
          <rect width="16" height="16" rx="4" />
          <path d="M4 11V8m4 3V5m4 6V7" />
        </svg>
        <span>og-ledger</span>
      </h1>
      <Copy text={wallet} what="the wallet's address" />
      {link && (
        <a
          class="explore"
          href={link}
          target="_blank"
          rel="noreferrer noopener"
          aria-label="The wallet in the explorer"
        >
          <Icon name="out" />
        </a>
      )}
      <span class="chip network">{network.name}</span>
      <Reading />
      <div class="end">
        {view.isLive && (actions.length === 0 || !hasToken) && (
          <span class="chip readonly" title={actions.length === 0 ? NO_CONTROL : NO_TOKEN}>
            <Icon name="lock" />
            read-only
          </span>
        )}
        <LinkState />
        <button
          type="button"
          class="button bare help-button"
          aria-label="Keys and drawings"
          title="Keys and drawings (?)"
          onClick={help}
        >
          <Icon name="asking" />
        </button>
        <Theme />
      </div>
    </header>
  )
}

const NO_CONTROL = 'og-ledger was started without --control: this page can only look.'
const NO_TOKEN =
  'This page was opened without the token. Open the whole link that og-ledger printed to use its controls.'

function Reading(): VNode {
  const { view } = usePage()
  const { block, reading } = view.state
  const { at } = useChainClock()
  const now = useNow(view)
  if (!block) return <span class="reading">not read yet</span>
  const read = readAt(view.history, view.seq)
  const age = read === null ? '' : ago((now - read) / 1_000)
  return (
    <span
      class="reading"
      data-tone={reading.failures === 0 ? undefined : reading.failures === 1 ? 'low' : 'bad'}
      title={reading.error ?? `The block is of ${moment(at(block.timestamp), now)}`}
    >
      block <b>{block.number.toLocaleString('en')}</b>
      {view.isLive && <span class="age"> · {age}</span>}
      {reading.failures > 0 && (
        <span class="trouble"> · {reading.failures === 1 ? 'one reading late' : 'not read since'}</span>
      )}
    </span>
  )
}

function LinkState(): VNode {
  const { view, link, trouble } = usePage()
  const [tone, word] = view.loaded
    ? (['moving', 'recording'] as const)
    : !view.isLive
      ? (['moving', `past ${clock(view.at)}`] as const)
      : link === 'live'
        ? (['good', 'live'] as const)
        : (['low', link] as const)
  return (
    <span class="chip link" data-tone={tone} role="status" title={trouble ?? ''}>
      <span class="dot" />
      {word}
    </span>
  )
}

const THEMES = ['auto', 'light', 'dark'] as const
type ThemeName = (typeof THEMES)[number]
const SHAPES: Readonly<Record<ThemeName, Shape>> = { auto: 'auto', light: 'sun', dark: 'moon' }
const KEY = 'og-ledger theme'

function Theme(): VNode {
  const [theme, setTheme] = useState<ThemeName>(
    () => THEMES.find((name) => name === localStorage.getItem(KEY)) ?? 'auto',
  )
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
    localStorage.setItem(KEY, theme)
  }, [theme])
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto'
  const label = `Colours: ${theme}. Change to ${next}.`
  return (
    <button type="button" class="button bare" aria-label={label} title={label} onClick={() => setTheme(next)}>
      <Icon name={SHAPES[theme]} />
    </button>
  )
}
