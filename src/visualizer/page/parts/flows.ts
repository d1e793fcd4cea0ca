import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { inOg } from '../format/amounts.ts'
import { flowOf, type Flow } from '../store/flows.ts'
import type { View } from '../store/store.ts'

const DURATION_MS = 1_100
/** Coins of one frame start one after another. */
const APART_MS = 90
/** The most coins at once. */
const MOST = 12

/** Animates a coin for each new flow while the page is visible, unless the user prefers reduced motion. */
export function useFlows({ history, isLive, seq }: View, overlay: RefObject<HTMLElement | null>): void {
  const lastSeq = useRef(seq)
  useEffect(() => {
    const since = lastSeq.current
    lastSeq.current = seq
    if (!isLive || since === null || seq === null || seq <= since || !overlay.current) return
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || document.visibilityState !== 'visible') return
    const first = history.entries[0]?.seq ?? 0
    const flows = history.entries.slice(since - first + 1).flatMap((entry) => flowOf(entry) ?? [])
    for (const [index, flow] of flows.slice(0, MOST).entries()) send(flow, overlay.current, index * APART_MS)
  }, [history, isLive, seq])
}

function send({ from, to, amount }: Flow, overlay: HTMLElement, delay: number): void {
  const body = overlay.parentElement
  const [start, end] = [placeOf(body, from), placeOf(body, to)]
  if (!start) return
  const ground = overlay.getBoundingClientRect()
  const isCharge = to === 'provider'
  const [x1, y1] = [start.x - ground.x, start.y - ground.y]
  const [x2, y2] = end ? [end.x - ground.x, end.y - ground.y] : [x1, ground.height - 8]
  const coin = document.createElement('span')
  coin.className = isCharge ? 'coin charge' : 'coin'
  coin.textContent = `${isCharge ? '−' : '+'}${inOg(amount, 2)}`
  overlay.append(coin)
  const at = (x: number, y: number) => `translate(${x}px, ${y}px) translate(-50%, -50%)`
  const middle = at((x1 + x2) / 2, Math.min(y1, y2) - (isCharge ? 0 : 18))
  const frames = [
    { transform: at(x1, y1), opacity: 0 },
    { transform: at(x1, y1), opacity: 1, offset: 0.12 },
    ...(isCharge ? [] : [{ transform: middle, opacity: 1, offset: 0.5 }]),
    { transform: at(x2, y2), opacity: 1, offset: 0.85 },
    { transform: at(x2, y2), opacity: 0 },
  ]
  coin
    .animate(frames, { duration: DURATION_MS, delay, easing: 'ease-in-out' })
    .addEventListener('finish', () => coin.remove())
}

function placeOf(body: HTMLElement | null, name: string): { x: number; y: number } | null {
  const found = [...(body?.querySelectorAll('[data-anchor]') ?? [])].find(
    (one) => one.getAttribute('data-anchor') === name,
  )
  if (!found) return null
  const { x, y, width, height } = found.getBoundingClientRect()
  return { x: x + width / 2, y: y + height / 2 }
}
