import type { Broker, Receipt } from '../../index.ts'
import { managerOf, serviceTypeOf } from '../session/services.ts'

/** What a command may send, by the command's name: the same whether this process has the journal or another one does it. */
export const operations = {
  'add-ledger': ({ ledger }: Broker, { amount, info }: { amount: string; info?: string | undefined }) =>
    ledger.addLedger(amount, info),
  deposit: ({ ledger }: Broker, { amount }: { amount: string }) => ledger.depositFund(amount),
  'deposit-for': ({ ledger }: Broker, { recipient, amount }: { recipient: string; amount: string }) =>
    ledger.depositFundFor(recipient, amount),
  transfer: ({ ledger }: Broker, { provider, service, amount, force }: Payment & { amount: string }) =>
    ledger.transferFund(provider, service, amount, { force }),
  ensure: (
    broker: Broker,
    { provider, service, amount, force }: Payment & { amount?: string | undefined },
    signal: AbortSignal,
  ) => managerOf(broker, serviceTypeOf(service)).ensureFunded(provider, amount, { signal, force }),
  retrieve: ({ ledger }: Broker, { service, provider, force }: Retrieval, signal: AbortSignal) =>
    provider === undefined
      ? ledger.retrieveFund(service, { signal })
      : ledger.retrieveFundFromProvider(provider, service, { force, signal }),
  claim: ({ ledger }: Broker, { service, provider }: Omit<Retrieval, 'force'>, signal: AbortSignal) =>
    provider === undefined ? ledger.claimRefunds({ signal }) : ledger.claimRefunds(provider, service, { signal }),
  refund: ({ ledger }: Broker, { amount }: { amount: string }) => ledger.refund(amount),
  delete: ({ ledger }: Broker) => ledger.deleteLedger(),
} satisfies Record<string, Operation>

type Operation = (broker: Broker, params: never, signal: AbortSignal) => Promise<Receipt | null>
type Payment = { provider: string; service: string; force: boolean }
type Retrieval = { service: string; provider?: string | undefined; force: boolean }

export type OperationName = keyof typeof operations
/** What an operation resolves with. */
export type ResultOf<Name extends OperationName> = Awaited<ReturnType<(typeof operations)[Name]>>

/** An operation with its parameters, as JSON can hold them. */
export type Wish<Name extends OperationName = OperationName> = {
  operation: Name
  params: Parameters<(typeof operations)[Name]> extends [Broker, infer Params, ...unknown[]] ? Params : object
}

/** Does what is wished for with this process's broker. */
export function perform<Name extends OperationName>(
  broker: Broker,
  { operation, params }: Wish<Name>,
  signal: AbortSignal,
): Promise<ResultOf<Name>> {
  const run = operations[operation] as (broker: Broker, params: unknown, signal: AbortSignal) => Promise<ResultOf<Name>>
  return run(broker, params, signal)
}
