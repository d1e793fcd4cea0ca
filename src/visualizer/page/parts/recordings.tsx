import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { count } from '../format/words.ts'
import { encodeRecording, loadRecording } from '../store/recording.ts'
import { Icon } from './icon.tsx'
import { usePage } from './page.ts'

/** Saves the history as a file, and opens a saved one. */
export function Recordings({ fail }: { fail: (sentence: string) => void }): VNode {
  const { view, dispatch } = usePage()
  const input = useRef<HTMLInputElement>(null)
  const save = () => {
    const { subject, history } = view
    const lines = encodeRecording(subject, history)
    const name = `og-ledger-${subject.wallet.slice(0, 8)}-${new Date(view.at).toISOString().slice(0, 19).replaceAll(':', '')}`
    download(`${name}.jsonl`, lines)
  }
  const open = async (file: File | undefined) => {
    if (!file) return
    try {
      const loaded = loadRecording(file.name, await file.text(), view.subject.charts)
      dispatch({ type: 'load', loaded })
      if (loaded.skipped > 0) fail(`${count(loaded.skipped, 'line')} of ${file.name} cannot be read and are left out.`)
    } catch (error) {
      fail(`${file.name} cannot be shown. ${error instanceof Error ? error.message : ''}`)
    }
  }
  return (
    <div class="recordings">
      <button
        type="button"
        class="button bare"
        title="Export this history"
        aria-label="Export this history"
        onClick={save}
      >
        <Icon name="export" />
      </button>
      <button
        type="button"
        class="button bare"
        title="Open a recording"
        aria-label="Open a recording"
        onClick={() => input.current?.click()}
      >
        <Icon name="open" />
      </button>
      <input
        ref={input}
        type="file"
        accept=".jsonl,.ndjson,.json,.txt"
        hidden
        aria-label="Recording"
        onChange={({ currentTarget }) => {
          void open(currentTarget.files?.[0])
          currentTarget.value = ''
        }}
      />
    </div>
  )
}

function download(name: string, lines: string): void {
  const url = URL.createObjectURL(new Blob([lines], { type: 'application/jsonl' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
