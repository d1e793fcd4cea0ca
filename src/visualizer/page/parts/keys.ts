import { useEffect, useRef } from 'preact/hooks'

/** Something that a person opened on the page, and how to close it again. */
export type Opened = { name: string; isOpen: boolean; close: () => void }

/** `/` goes to the search, `?` opens the help, and Esc closes what was opened last. Dialogs close by themselves. */
export function useKeys(things: readonly Opened[], help: () => void): void {
  const order = useRef<string[]>([])
  order.current = inOrder(order.current, things)
  const latest = useRef(things)
  latest.current = things
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
      const isTyping = event.target instanceof HTMLInputElement && event.target.type !== 'range'
      if (event.key === 'Escape') {
        // The browser clears the field itself.
        if (isTyping && event.target.value !== '') return
        const newest = order.current.at(-1)
        latest.current.find(({ name }) => name === newest)?.close()
      }
      if (isTyping) return
      if (event.key === '?') help()
      if (event.key === '/') {
        event.preventDefault()
        document.querySelector<HTMLInputElement>('input[type=search]')?.focus()
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

/** The names of what is open, in the order in which it was opened. */
export function inOrder(before: readonly string[], things: readonly Opened[]): string[] {
  const open = things.filter(({ isOpen }) => isOpen).map(({ name }) => name)
  return [...before.filter((name) => open.includes(name)), ...open.filter((name) => !before.includes(name))]
}
