import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { inOg } from '../format/amounts.ts'
import { flowOf, type Flow } from '../store/flows.ts'
import type { View } from '../store/store.ts'

const DURATION_MS = 1_600
/** The most amounts that move at once: more cannot be read. */
const MOST = 3
const HEIGHT = 18
/** From the top of the drawing, above all bars. */
const LANE = 4
const WAY = 4
const APART = 6

/** Shows an amount for each new flow while the page is visible, unless the user prefers reduced motion. */
export function useFlows({ history, isLive, seq }: View, overlay: RefObject<HTMLElement | null>): void {
  const lastSeq = useRef(seq)
  useEffect(() => {
    const since = lastSeq.current
    lastSeq.current = seq
    if (!isLive || since === null || seq === null || seq <= since || !overlay.current) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || document.visibilityState !== 'visible') return
    const first = history.entries[0]?.seq ?? 0
    for (const entry of history.entries.slice(since - first + 1)) {
      const flow = flowOf(entry)
      if (flow) show(flow, overlay.current)
    }
  }, [history, isLive, seq])
}

/** An amount moves a little above its bar, or beside the label of its tile: there it covers no figure. */
function show({ from, to, amount }: Flow, overlay: HTMLElement): void {
  if (overlay.children.length >= MOST) return
  const isCharge = to === 'provider'
  const anchor = anchorOf(overlay.parentElement, isCharge ? from : to)
  if (!anchor) return
  const coin = document.createElement('span')
  coin.className = isCharge ? 'coin charge' : 'coin'
  coin.textContent = `${isCharge ? '−' : '+'}${inOg(amount)}`
  overlay.append(coin)
  const place = placeOf(anchor, overlay, coin.offsetWidth)
  if (isTaken(place, coin, overlay)) return coin.remove()
  coin.style.left = `${place.x}px`
  coin.style.top = `${place.y}px`
  const [start, end] = isCharge ? [WAY, 0] : [0, WAY]
  const at = (y: number, scale = 1) => ({ transform: `translateY(${y}px) scale(${scale})` })
  coin
    .animate([at(start, 0), { ...at(start), offset: 0.12 }, { ...at(end), offset: 0.88 }, at(end, 0)], {
      duration: DURATION_MS,
      easing: 'ease-in-out',
    })
    .addEventListener('finish', () => coin.remove())
}

type Place = { x: number; y: number }

function placeOf(anchor: Element, overlay: HTMLElement, width: number): Place {
  const [box, ground] = [anchor.getBoundingClientRect(), overlay.getBoundingClientRect()]
  const most = ground.width - width
  if (anchor instanceof SVGElement) {
    const top = (anchor.ownerSVGElement?.getBoundingClientRect().y ?? ground.y) - ground.y
    return { x: Math.min(Math.max(0, box.x + box.width / 2 - ground.x - width / 2), most), y: top + LANE }
  }
  const label = anchor.querySelector('.label')?.getBoundingClientRect() ?? box
  return {
    x: Math.min(box.right - ground.x - width, most),
    y: label.y + label.height / 2 - ground.y - HEIGHT / 2 - WAY / 2,
  }
}

/** Two amounts beside each other are read, two on each other are not. */
function isTaken({ x, y }: Place, coin: HTMLElement, overlay: HTMLElement): boolean {
  return [...overlay.children].some((other) => {
    if (other === coin || !(other instanceof HTMLElement)) return false
    const isApart = x > other.offsetLeft + other.offsetWidth + APART || x + coin.offsetWidth + APART < other.offsetLeft
    return !isApart && Math.abs(other.offsetTop - y) < HEIGHT + WAY
  })
}

function anchorOf(body: HTMLElement | null, name: string): Element | null {
  return (
    [...(body?.querySelectorAll('[data-anchor]') ?? [])].find((one) => one.getAttribute('data-anchor') === name) ?? null
  )
}
