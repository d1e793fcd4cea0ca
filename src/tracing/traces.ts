import { callSafely } from '../base/call-safely.ts'
import type { Logger } from '../base/logger.ts'
import { oneLine } from '../base/one-line.ts'
import type { Span, SpanAttributes, Tracer } from '../base/tracer.ts'
import { weiToOg } from '../base/amounts.ts'
import type { Plan } from '../funding/plan.ts'
import type { TransactionActor } from '../transactions/tracked-transaction.ts'

/** Spans of readings, plans and transactions, for an app's OpenTelemetry tracer. A tracer that throws changes nothing. */
export type Traces = {
  /** A reading has ended, after so many milliseconds. */
  reading(result: 'ok' | 'failed' | 'dropped', ms: number): void
  /** Plans, as a span. */
  plan(work: () => Plan): Plan
  /** A transaction has begun, or changed. */
  transaction(actor: TransactionActor): void
  /** Ends the spans of transactions that are open when the broker closes. */
  close(): void
}

export type TracesOptions = {
  wallet: string
  chainId: bigint
  /** Milliseconds since 1970. */
  now: () => number
  logger: Logger
}

export function createTraces(tracer: Tracer, options: TracesOptions): Traces {
  const { wallet, chainId, now, logger } = options
  const common = { 'og_ledger.wallet': wallet, 'og_ledger.chain_id': Number(chainId) }
  const open = new Map<TransactionActor, { span: Span | undefined; hashes: number }>()
  let hasFailed = false

  return {
    reading(result, ms) {
      const at = now()
      const span = begin('og_ledger.reading', { 'og_ledger.result': result }, at - ms)
      if (result !== 'ok') safely(() => span?.setStatus({ code: 2, message: result }))
      safely(() => span?.end(at))
    },
    plan(work) {
      const at = now()
      const plan = work()
      const span = begin('og_ledger.plan', planAttributes(plan), at)
      safely(() => span?.end(now()))
      return plan
    },
    transaction(actor) {
      const snapshot = actor.getSnapshot()
      const { value, context } = snapshot
      if (!snapshot.hasTag('open')) return finish(actor)
      const known = open.get(actor)
      if (!known) {
        const span = begin('og_ledger.transaction', transactionAttributes(context), now())
        open.set(actor, { span, hashes: context.hashes.length })
        return
      }
      if (value === 'broadcast' && context.hashes.length > Math.max(known.hashes, 1))
        safely(() => known.span?.addEvent('fee replacement'))
      known.hashes = context.hashes.length
    },
    close() {
      for (const { span } of open.values()) safely(() => span?.end(now()))
      open.clear()
    },
  }

  function finish(actor: TransactionActor): void {
    const known = open.get(actor)
    if (!known) return
    open.delete(actor)
    const { value, context } = actor.getSnapshot()
    const { span } = known
    safely(() =>
      span?.setAttributes({
        'og_ledger.result': value,
        ...(context.hash !== null && { 'og_ledger.hash': context.hash }),
        ...(context.blockNumber !== null && { 'og_ledger.block': context.blockNumber }),
      }),
    )
    const reason = () => oneLine(context.reason ?? value).slice(0, 200)
    safely(() => span?.setStatus(value === 'mined' ? { code: 1 } : { code: 2, message: reason() }))
    safely(() => span?.end(now()))
  }

  function begin(name: string, attributes: SpanAttributes, startTime: number): Span | undefined {
    return safely(() => tracer.startSpan(name, { startTime, attributes: { ...common, ...attributes } }))
  }

  function safely<T>(call: () => T): T | undefined {
    return callSafely(call, (error) => {
      if (!hasFailed) logger.warn({ err: error }, 'the tracer throws: spans are lost')
      hasFailed = true
    })
  }
}

function planAttributes({ block, decisions }: Plan): SpanAttributes {
  const held = decisions.filter(({ action }) => action === 'hold').length
  return {
    'og_ledger.block': block.number,
    'og_ledger.sub_accounts': decisions.length,
    'og_ledger.held': held,
    'og_ledger.top_ups': decisions.length - held,
  }
}

type Context = ReturnType<TransactionActor['getSnapshot']>['context']

function transactionAttributes({ operation, subAccount, amount, nonce }: Context): SpanAttributes {
  return {
    'og_ledger.kind': operation,
    'og_ledger.amount_og': weiToOg(BigInt(amount)),
    'og_ledger.nonce': nonce,
    ...(subAccount && { 'og_ledger.provider': subAccount.provider, 'og_ledger.service': subAccount.serviceType }),
  }
}
