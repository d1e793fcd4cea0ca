import type { AnyStateMachine, InspectionEvent, SnapshotFrom, StateValue } from 'xstate'
import { edgesIn, edgeTaken, type Edge } from '../../machines/edges.ts'
import * as entry from '../../machines/index.ts'
import type {
  AutoFundingContext,
  AutoFundingEvent,
  LedgerContext,
  LedgerEvent,
  SubAccountContext,
  SubAccountEvent,
  TransactionContext,
  TransactionEvent,
} from '../../machines/index.ts'

/** What an actor heard, and where that left it. */
export type Heard =
  | HeardBy<'subAccount', SubAccountContext, SubAccountEvent>
  | HeardBy<'autoFunding', AutoFundingContext, AutoFundingEvent>
  | HeardBy<'transaction', TransactionContext, TransactionEvent>
  | HeardBy<'ledger', LedgerContext, LedgerEvent>

type HeardBy<Machine, Context, Event> = {
  machine: Machine
  /** Null when it began or was stopped. What it invoked tells its outcome as an event of XState's own. */
  event: Event | null
  /** It was stopped. */
  isOver: boolean
  value: string
  context: Context
}

/** What an inspector is told, where it is news of an actor that has a chart; null for everything else. */
export function heardIn({ type, actorRef, ...told }: InspectionEvent): Heard | null {
  const machine = 'logic' in actorRef && isMachine(actorRef.logic) ? actorRef.logic.id : null
  if (type !== '@xstate.snapshot' || !('snapshot' in told) || machine === null || !CHARTED.has(machine)) return null
  const { value, context, status } = told.snapshot as SnapshotFrom<AnyStateMachine>
  const isNews = !/^xstate\.(init|stop)$/.test(told.event.type)
  const event = isNews ? told.event : null
  return { machine, event, isOver: status === 'stopped', value: pathOf(value), context } as Heard
}

/** The path of the innermost state: `refunding.locked`. */
export function pathOf(value: StateValue): string {
  if (typeof value === 'string') return value
  return Object.entries(value)
    .slice(0, 1)
    .flatMap(([key, inner]) => (inner === undefined ? [key] : [key, pathOf(inner)]))
    .join('.')
}

/** The edge that an actor took, by its machine. */
export function edgeOf(machine: Heard['machine'], taken: Parameters<typeof edgeTaken>[1]): Edge | null {
  return edgeTaken(edges.get(machine) ?? [], taken)
}

const CHARTED = new Set<string>(['subAccount', 'autoFunding', 'transaction', 'ledger'] satisfies Heard['machine'][])

const edges = new Map(
  Object.values<unknown>(entry)
    .filter(isMachine)
    .map((machine) => [machine.id, edgesIn(machine)]),
)

function isMachine(value: unknown): value is AnyStateMachine {
  return typeof value === 'object' && value !== null && 'root' in value && 'config' in value
}
