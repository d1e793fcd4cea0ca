import type { VNode } from 'preact'

/** Each state has its own shape, so that colour alone never tells states apart. */
const paths = {
  funded: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M5.3 8.2l1.9 1.9 3.5-4',
  low: 'M8 2.2 14.3 13.2H1.7ZM8 6.4v3M8 11.3v.01',
  created: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8',
  none: 'M4.5 8h.01M8 8h.01M11.5 8h.01',
  refunding: 'M2.2 8a5.8 5.8 0 1 0 1.9-4.3M2.2 2.6v2.8H5M8 5v3.2l2.1 1.4',
  closed: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M5.2 8h5.6',
  moving: 'M8 13V3.2M3.9 7.2 8 3.1l4.1 4.1',
  bad: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M5.9 5.9l4.2 4.2m0-4.2-4.2 4.2',
  asking: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.5.2-.8.5-.8 1M8 11.2v.01',
  copy: 'M6 6h7.2v7.2H6ZM10 6V2.8H2.8V10H6',
  done: 'M3 8.6 6.4 12 13 4.6',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9M10.3 10.3l3.2 3.2',
  sun: 'M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1.2v1.2M8 13.6v1.2M1.2 8h1.2M13.6 8h1.2M3.2 3.2l.8.8M12 12l.8.8M12.8 3.2l-.8.8M4 12l-.8.8',
  moon: 'M13.6 9.6A6 6 0 0 1 6.4 2.4a6 6 0 1 0 7.2 7.2Z',
  auto: 'M8 1.8a6.2 6.2 0 1 1 0 12.4ZM8 1.8a6.2 6.2 0 0 0 0 12.4',
  export: 'M8 2.5v7.2M4.9 6.8 8 9.9l3.1-3.1M2.8 13h10.4',
  open: 'M8 9.9V2.7M4.9 5.6 8 2.5l3.1 3.1M2.8 13h10.4',
  grow: 'M9.5 2.5h4v4M6.5 13.5h-4v-4M13.2 2.8 9.6 6.4M2.8 13.2l3.6-3.6',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  out: 'M6 3.5H3v9.5h9.5V10M9 2.8h4.2V7M13 3 7.5 8.5',
  lock: 'M4 7.2h8v6.3H4ZM5.7 7.2V5a2.3 2.3 0 0 1 4.6 0v2.2',
} as const

export type Shape = keyof typeof paths

export function Icon({ name }: { name: Shape }): VNode {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
