import { note, sharesTerminal } from './terminal.ts'

export type Notices = {
  say(text: string): void
  /** The newest one, for the table to show. */
  last(): string | null
}

/** Messages while positions are shown: on stderr, unless that is the terminal on which the table is drawn. */
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
