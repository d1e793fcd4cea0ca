import { useEffect, useState } from 'preact/hooks'

/** How long a text stays at least, so that it can be read. */
export const CALM_MS = 5_000

/** The value, whose text changes every five seconds at most; at once where it need not be calm. */
export function useCalm<T extends { text: string }>(value: T, isCalm: boolean): T {
  const [shown, setShown] = useState({ value, at: -Infinity })
  useEffect(() => {
    if (!isCalm || shown.value.text === value.text) return
    const timer = setTimeout(
      () => setShown({ value, at: performance.now() }),
      Math.max(0, shown.at + CALM_MS - performance.now()),
    )
    return () => clearTimeout(timer)
  }, [value.text, isCalm, shown])
  return isCalm ? shown.value : value
}
