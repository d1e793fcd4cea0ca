import type { AnyStateMachine, InspectionEvent, SnapshotFrom, StateValue } from 'xstate'
import { edgesIn, edgeTaken, isMachine, type Edge } from '../../machines/edges.ts'
import * as entry from '../../machines/index.ts'
import type {
  AutoDepositContext,
  AutoDepositEvent,
  AutoFundingContext,
  AutoFundingEvent,
  LedgerContext,
  LedgerEvent,
  SubAccountContext,
  SubAccountEvent,
  TransactionContext,
  TransactionEvent,
} from '../../machines/index.ts'

/** An event that an actor received, and its state after it. */
export type ActorUpdate =
  | UpdateOf<'subAccount', SubAccountContext, SubAccountEvent>
  | UpdateOf<'autoFunding', AutoFundingContext, AutoFundingEvent>
  | UpdateOf<'transaction', TransactionContext, TransactionEvent>
  | UpdateOf<'ledger', LedgerContext, LedgerEvent>
  | UpdateOf<'autoDeposit', AutoDepositContext, AutoDepositEvent>

type UpdateOf<Machine, Context, Event> = {
  machine: Machine
  /** Null when the actor starts or stops. The outcome of an invoked actor is an event of XState's own. */
  event: Event | null
  isStopped: boolean
  value: string
  context: Context
}

/** The update in an inspection event; null for one that is no snapshot, or of an actor without a chart. */
export function actorUpdateIn({ type, actorRef, ...inspection }: InspectionEvent): ActorUpdate | null {
  const machine = 'logic' in actorRef && isMachine(actorRef.logic) ? actorRef.logic.id : null
  if (
    type !== '@xstate.snapshot' ||
    !('snapshot' in inspection) ||
    machine === null ||
    !MACHINES_WITH_CHART.has(machine)
  )
    return null
  const { value, context, status } = inspection.snapshot as SnapshotFrom<AnyStateMachine>
  const isNews = !/^xstate\.(init|stop)$/.test(inspection.event.type)
  const event = isNews ? inspection.event : null
  return { machine, event, isStopped: status === 'stopped', value: pathOf(value), context } as ActorUpdate
}

/** The path of the innermost state: `refunding.locked`. */
export function pathOf(value: StateValue): string {
  if (typeof value === 'string') return value
  return Object.entries(value)
    .slice(0, 1)
    .flatMap(([key, inner]) => (inner === undefined ? [key] : [key, pathOf(inner)]))
    .join('.')
}

/** The edge of a machine that leads from one state to another with an event; null where none fits. */
export function edgeOf(
  machine: ActorUpdate['machine'],
  step: { from: string; to: string; event: string },
): Edge | null {
  return edgeTaken(edges.get(machine) ?? [], step)
}

const MACHINES_WITH_CHART = new Set<string>([
  'subAccount',
  'autoFunding',
  'transaction',
  'ledger',
  'autoDeposit',
] satisfies ActorUpdate['machine'][])

const edges = new Map(
  Object.values<unknown>(entry)
    .filter(isMachine)
    .map((machine) => [machine.id, edgesIn(machine)]),
)
