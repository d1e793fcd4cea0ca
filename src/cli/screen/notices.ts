import { note, sharesTerminal } from './terminal.ts'

export type Notices = {
  say(text: string): void
  /** What a drawing shows of it. */
  last(): string | null
}

/** What has to be said while positions are shown: on stderr, but for where it would be written into a drawing. */
export function openNotices({ json }: { json: boolean }): Notices {
  let last: string | null = null
  return {
    say(text) {
      last = text
      if (json || !sharesTerminal()) note(text)
    },
    last: () => last,
  }
}
