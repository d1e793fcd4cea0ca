import { useEffect, useState } from 'preact/hooks'

/** The moment that the pointer is at, for all drawings over time: one crosshair. Milliseconds since 1970; null for none. */
let pointed: number | null = null
const listeners = new Set<(at: number | null) => void>()

/** Moves the crosshair of all drawings. */
export function pointAt(at: number | null): void {
  pointed = at
  for (const listener of listeners) listener(at)
}

export function usePointed(): number | null {
  const [at, setAt] = useState(pointed)
  useEffect(() => {
    listeners.add(setAt)
    return () => void listeners.delete(setAt)
  }, [])
  return at
}
