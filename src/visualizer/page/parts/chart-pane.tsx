import type { RefObject, VNode } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ChartNode } from '../../protocol.ts'
import { Chart, type ChartProps } from './chart.tsx'

export type ChartPaneProps = Omit<ChartProps, 'scale'> & {
  zoom: number
  /** The state that is kept in view. */
  followed: ChartNode | null
}

/** After a person moved the chart it stays where it is for so long. */
const REST_MS = 8_000
/** Room between the followed state and the border of the pane. In pixels. */
const MARGIN = 24

/** A statechart in a pane. Its text is never smaller than it is drawn; what does not fit is reached by dragging or scrolling. */
export function ChartPane({ zoom, followed, ...props }: ChartPaneProps): VNode {
  const pane = useRef<HTMLDivElement>(null)
  const { chart } = props
  const fit = useFit(pane, chart)
  const scale = Math.max(1, fit) * zoom
  const movedAt = useRef(-Infinity)
  const drag = useDrag(pane, () => (movedAt.current = performance.now()))
  useEffect(() => {
    if (followed && performance.now() - movedAt.current > REST_MS) reveal(pane.current, followed, scale)
  }, [chart, followed?.id, scale])
  return (
    <div
      class="panel"
      ref={pane}
      role="tabpanel"
      aria-label={chart.title}
      tabIndex={0}
      onWheel={() => (movedAt.current = performance.now())}
      {...drag}
    >
      <Chart {...props} scale={scale} />
    </div>
  )
}

/** The scale at which the whole chart fits. */
function useFit(pane: RefObject<HTMLElement | null>, { width, height }: { width: number; height: number }): number {
  const [size, setSize] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const { current } = pane
    if (!current) return
    const observer = new ResizeObserver(() => setSize({ width: current.clientWidth, height: current.clientHeight }))
    observer.observe(current)
    return () => observer.disconnect()
  }, [])
  return Math.min((size.width - MARGIN) / width, (size.height - MARGIN) / height)
}

/** Moves the chart with the mouse; a finger scrolls it without our help. A click on a state stays a click. */
function useDrag(pane: RefObject<HTMLElement | null>, onMove: () => void) {
  const from = useRef<{ x: number; y: number } | null>(null)
  const end = () => (from.current = null)
  return {
    onPointerDown(event: PointerEvent) {
      if (event.pointerType === 'mouse' && event.button === 0) from.current = { x: event.clientX, y: event.clientY }
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      if (!from.current || !pane.current) return
      pane.current.scrollBy(from.current.x - clientX, from.current.y - clientY)
      from.current = { x: clientX, y: clientY }
      onMove()
    },
    onPointerUp: end,
    onPointerLeave: end,
  }
}

/** Scrolls so that a state is in view; not at all where it is. */
function reveal(pane: HTMLElement | null, { x, y, width, height }: ChartNode, scale: number): void {
  if (!pane) return
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  const along = (start: number, size: number, scrolled: number, room: number) => {
    const [first, last] = [start * scale - MARGIN, (start + size) * scale + MARGIN]
    return first >= scrolled && last <= scrolled + room ? scrolled : (first + last - room) / 2
  }
  pane.scrollTo({
    left: along(x, width, pane.scrollLeft, pane.clientWidth),
    top: along(y, height, pane.scrollTop, pane.clientHeight),
    behavior: calm ? 'auto' : 'smooth',
  })
}
