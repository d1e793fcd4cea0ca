import type { Entry, Hello, State } from '../../protocol.ts'
import { entryAt, extended, startHistory, stateAt, type History } from './history.ts'

/** How the page hears of what happens. */
export type Link = 'connecting' | 'live' | 'reconnecting'

/** What is known of whoever is watched, beside what happens. */
export type Subject = Pick<Hello, 'version' | 'wallet' | 'network' | 'actions' | 'dryRun' | 'charts'>

/** A recording that is looked at instead of what is live. */
export type Loaded = { file: string; subject: Subject; history: History; skipped: number }

/** All that the page shows comes from this. Never changed in place. */
export type Model = {
  link: Link
  /** Why it is not live; null while it is. */
  trouble: string | null
  subject: Subject | null
  history: History | null
  /** Where the history ends, as the server is to be asked for what comes after. */
  id: string | null
  loaded: Loaded | null
  /** The number of the entry up to which everything is shown; null for the newest. */
  moment: number | null
}

export type Message =
  | { type: 'hello'; hello: Hello }
  | { type: 'entries'; id: string; entries: readonly Entry[] }
  | { type: 'link'; link: Link; trouble: string | null }
  | { type: 'load'; loaded: Loaded }
  | { type: 'unload' }
  | { type: 'travel'; to: number | null }
  | { type: 'travelTo'; at: number }

export const nothingYet: Model = {
  link: 'connecting',
  trouble: null,
  subject: null,
  history: null,
  id: null,
  loaded: null,
  moment: null,
}

/** What a message makes of what was known. */
export function apply(model: Model, message: Message): Model {
  switch (message.type) {
    case 'hello':
      return greeted(model, message.hello)
    case 'entries':
      if (!model.history) return model
      return { ...model, id: message.id, history: extended(model.history, message.entries) }
    case 'link':
      return { ...model, link: message.link, trouble: message.trouble }
    case 'load':
      return { ...model, loaded: message.loaded, moment: null }
    case 'unload':
      return { ...model, loaded: null, moment: null }
    case 'travel':
      return { ...model, moment: message.to }
    case 'travelTo': {
      const history = historyOf(model)
      const entry = history && (entryAt(history, message.at) ?? history.entries[0])
      return entry ? { ...model, moment: entry.seq } : model
    }
    default:
      return message satisfies never
  }
}

/** What is shown: what is live or was loaded, at the moment that was chosen. */
export type View = {
  subject: Subject
  history: History
  state: State
  /** Milliseconds since 1970 of what is shown. */
  at: number
  /** The last entry that is shown; null before the first. */
  seq: number | null
  isLive: boolean
  loaded: Loaded | null
}

/** Null before there is anything to show. */
export function viewOf(model: Model): View | null {
  const { loaded, moment } = model
  const history = historyOf(model)
  const subject = loaded?.subject ?? model.subject
  if (!history || !subject) return null
  const newest = history.entries.at(-1)
  const first = history.entries[0]
  if (moment === null || !newest || !first) {
    const at = newest?.at ?? (history.base.block?.timestamp ?? 0) * 1_000
    return { subject, history, state: history.latest, at, seq: newest?.seq ?? null, isLive: !loaded, loaded }
  }
  const seq = Math.min(Math.max(moment, first.seq), newest.seq)
  const at = history.entries[seq - first.seq]?.at ?? newest.at
  return { subject, history, state: stateAt(history, seq), at, seq, isLive: false, loaded }
}

const historyOf = ({ loaded, history }: Model): History | null => loaded?.history ?? history

/** Another instance numbers anew: a moment of the one before is none of its moments. */
function greeted(model: Model, hello: Hello): Model {
  const { version, wallet, network, actions, dryRun, charts, id, base, history } = hello
  const isSame = model.id !== null && model.id.split('.')[0] === id.split('.')[0]
  return {
    ...model,
    subject: { version, wallet, network, actions, dryRun, charts },
    history: startHistory(base, history),
    id,
    moment: isSame || model.loaded ? model.moment : null,
  }
}
