import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { short } from '../format/words.ts'
import { Icon } from './icon.tsx'

const SHOWN_MS = 1_500

/** A button with the short form of a text, which copies all of it. */
export function Copy({ text, what, whole = false }: { text: string; what: string; whole?: boolean }): VNode {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => void navigator.clipboard?.writeText(text).then(() => setCopied(true))
  return (
    <button type="button" class="chip copy" title={text} aria-label={`Copy ${what} ${text}`} onClick={copy}>
      <span class="mono foreign">{whole ? text : short(text)}</span>
      <Icon name={copied ? 'done' : 'copy'} />
      <span class="unseen" role="status">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  )
}
