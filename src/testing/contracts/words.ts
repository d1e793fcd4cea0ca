import { bytesOf } from './constants.ts'

/** The words of storage that a row takes, by slot: 32 bytes each. A word of zero does not exist. */
export type Words = ReadonlyMap<string, unknown>

export type Layout = (row: unknown) => Words

/** How many words of storage a call created, changed and cleared. */
export type WordCount = { created: number; changed: number; cleared: number }

type Slots = Map<string, unknown>

const WORD = 32
/** Flags that share the word of another field. */
const SHARED = new Map([
  ['teeSignerAcknowledged', 'teeSignerAddress'],
  ['acknowledged', 'timestamp'],
])

export const noWords: Layout = () => new Map()

/** A word for each value of a struct; longer strings and bytes take more. */
export function wordsOf(row: unknown): Words {
  const slots: Slots = new Map()
  put(slots, '', row)
  return slots
}

/** An EnumerableSet: its length, and each member with its place. */
export function wordsOfSet(row: unknown): Words {
  const slots: Slots = new Map()
  put(slots, '', row)
  const members = [...slots]
  for (const [slot, member] of members) if (slot !== '') slots.set(`place of ${String(member)}`, slot)
  return slots
}

/** Adds the words that differ between two states of a row. */
export function countWords(before: Words, after: Words, count: WordCount): void {
  for (const [slot, word] of after)
    if (!before.has(slot)) count.created += 1
    else if (before.get(slot) !== word) count.changed += 1
  for (const slot of before.keys()) if (!after.has(slot)) count.cleared += 1
}

/** Bytes of a string, or of bytes as hex. */
export const sizeOf = (text: string): number => (text.startsWith('0x') ? text.length / 2 - 1 : bytesOf(text))

function put(slots: Slots, slot: string, value: unknown): void {
  if (typeof value === 'string') putText(slots, slot, value)
  else if (Array.isArray(value)) {
    if (value.length > 0) slots.set(slot, value.length)
    for (const [at, one] of value.entries()) put(slots, `${slot}/${placeOf(one) ?? at}`, one)
  } else if (typeof value === 'object' && value !== null) putStruct(slots, slot, value)
  else if (value) slots.set(slot, value)
}

/** A deliverable lies under its id, in a mapping: another one in its place is written anew. */
function placeOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : null
}

function putStruct(slots: Slots, slot: string, struct: object): void {
  const fields = new Map<string, unknown>(Object.entries(struct))
  for (const [name, value] of fields) {
    const host = SHARED.get(name)
    if (host === undefined || !fields.has(host)) put(slots, `${slot}.${name}`, value)
  }
  for (const [name, host] of SHARED)
    if (fields.get(name) && fields.has(host)) slots.set(`${slot}.${host}`, `${String(fields.get(host))}, ${name}`)
}

function putText(slots: Slots, slot: string, text: string): void {
  const length = sizeOf(text)
  if (length === 0) return
  if (length < WORD || isAddress(text)) return void slots.set(slot, text)
  slots.set(slot, length)
  for (let at = 0; at * WORD < length; at += 1) slots.set(`${slot}:${at}`, text.slice(at * WORD, (at + 1) * WORD))
}

export const isAddress = (text: string): boolean => /^0x[\da-f]{40}$/i.test(text)
