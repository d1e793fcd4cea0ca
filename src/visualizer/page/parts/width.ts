import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

/** Whether the window is as narrow as that of a phone. */
export function useNarrow(): boolean {
  const [query] = useState(() => matchMedia('(max-width: 720px)'))
  const [isNarrow, setNarrow] = useState(query.matches)
  useLayoutEffect(() => {
    const onChange = () => setNarrow(query.matches)
    query.addEventListener('change', onChange)
    return () => query.removeEventListener('change', onChange)
  }, [])
  return isNarrow
}

/** The width of an element, in CSS pixels. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (!element.current) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)))
    setWidth(Math.floor(element.current.clientWidth))
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return width
}
