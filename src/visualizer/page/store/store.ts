import type { Entry, Hello, State } from '../../protocol.ts'
import { entryAt, extendHistory, startHistory, stateAt, type History } from './history.ts'

/** The state of the connection to the server. */
export type Link = 'connecting' | 'live' | 'reconnecting'

/** The wallet that is shown, and what the server says about it beside its state. */
export type Subject = Pick<Hello, 'version' | 'wallet' | 'network' | 'actions' | 'dryRun' | 'charts'>

/** A recording that is shown instead of the live state. */
export type Loaded = {
  file: string
  subject: Subject
  history: History
  skipped: number
  /** The page has no server: there is nothing to go back to. */
  alone?: true
}

/** Everything that the page shows derives from this. Never changed in place. */
export type Model = {
  link: Link
  /** Why it is not live; null while it is. */
  trouble: string | null
  /** When the server was last heard, in milliseconds since 1970; null while it is. */
  silentSince: number | null
  subject: Subject | null
  history: History | null
  /** Id of the newest entry, with which the stream continues. */
  id: string | null
  loaded: Loaded | null
  /** The number of the entry whose moment is shown; null for the newest. */
  moment: number | null
}

export type Message =
  | { type: 'hello'; hello: Hello }
  | { type: 'entries'; id: string; entries: readonly Entry[] }
  | { type: 'link'; link: Link; trouble: string | null; silentSince?: number | null }
  | { type: 'load'; loaded: Loaded }
  | { type: 'unload' }
  | { type: 'travel'; to: number | null }
  | { type: 'travelTo'; at: number }

export const initialModel: Model = {
  link: 'connecting',
  trouble: null,
  silentSince: null,
  subject: null,
  history: null,
  id: null,
  loaded: null,
  moment: null,
}

/** The model after a message. */
export function apply(model: Model, message: Message): Model {
  switch (message.type) {
    case 'hello':
      return applyHello(model, message.hello)
    case 'entries':
      if (!model.history) return model
      return { ...model, id: message.id, history: extendHistory(model.history, message.entries) }
    case 'link':
      return { ...model, link: message.link, trouble: message.trouble, silentSince: message.silentSince ?? null }
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

/** What is shown: the live state or a recording, at the chosen moment. */
export type View = {
  subject: Subject
  history: History
  state: State
  /** The moment that is shown, in milliseconds since 1970. */
  at: number
  /** The last entry of that moment; null before the first. */
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

/** Another instance numbers its entries anew, so that a moment of the last one is void. */
function applyHello(model: Model, hello: Hello): Model {
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
