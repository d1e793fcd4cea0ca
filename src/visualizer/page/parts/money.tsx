import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import type { State } from '../../protocol.ts'
import { exactly, inOg, minus, type Wei } from '../format/amounts.ts'
import { elsewhereIn } from '../store/elsewhere.ts'
import { isWithin } from '../store/rows.ts'
import { Amount } from './amount.tsx'
import { useFlows } from './flows.ts'
import { usePage } from './page.ts'
import { Skyline } from './skyline.tsx'

/** The money in wallet, ledger and sub-accounts, each as a bar. New movements are animated. */
export function Money(): VNode {
  const { view, can, propose, off } = usePage()
  const { wallet, ledger, block } = view.state
  const overlay = useRef<HTMLDivElement>(null)
  useFlows(view, overlay)
  const reserve = reserveOf(view.state)
  return (
    <section class="card money" aria-label="Money">
      <div class="card-head">
        <h2>Money</h2>
        <Legend hasReserve={reserve !== '0'} />
        {can('deposit') && <DepositButton />}
        {can('close') && ledger && !isWithin(view.state.ledgerActor?.value ?? '', 'closing') && (
          <div class="end">
            <button
              type="button"
              class="button danger"
              disabled={off !== null}
              onClick={() => propose({ action: 'close' })}
            >
              Close ledger…
            </button>
          </div>
        )}
      </div>
      <div class="flowing">
        <div class="tiles">
          <div class="tile" data-anchor="wallet">
            <p class="label">Wallet</p>
            <p class="figure">{block ? <Amount wei={wallet.balance} /> : '–'}</p>
          </div>
          <div class="tile" data-anchor="ledger">
            <p class="label">Ledger, available</p>
            <p class="figure">{ledger ? <Amount wei={ledger.available} /> : '–'}</p>
            <LedgerBar state={view.state} reserve={reserve} />
          </div>
        </div>
        <Skyline />
        <div class="coins" ref={overlay} aria-hidden="true" />
      </div>
    </section>
  )
}

/** A deposit is what the page advises most: its field suggests what the forecast asks for. */
function DepositButton(): VNode {
  const { view, propose, off } = usePage()
  const { forecast } = view.state
  const amount = forecast?.deposits.find(({ amount }) => amount !== '0')?.amount ?? '0'
  return (
    <button
      type="button"
      class="button main deposit-button"
      disabled={off !== null}
      onClick={() => propose({ action: 'deposit', amount })}
    >
      Deposit…
    </button>
  )
}

function LedgerBar({ state, reserve }: { state: State; reserve: Wei }): VNode {
  const { ledger, block } = state
  if (!ledger) return <p class="under">{block ? 'There is none yet.' : 'Not read yet.'}</p>
  const { balance: elsewhere } = elsewhereIn(state)
  const reserved = BigInt(reserve) > BigInt(ledger.available) ? ledger.available : reserve
  const parts = [
    { name: 'free', wei: minus(ledger.available, reserved) },
    { name: 'reserve', wei: reserved },
    { name: 'locked', wei: ledger.locked },
  ]
  const words = `${inOg(ledger.available)} OG available, ${inOg(reserve)} OG of it must stay, ${inOg(ledger.locked)} OG in sub-accounts`
  return (
    <>
      <div class="bar" role="img" aria-label={words}>
        {parts.map(({ name, wei }) => (
          <span
            key={name}
            class={name}
            style={{ flexGrow: share(wei, ledger.total) }}
            title={`${name}: ${exactly(wei)}`}
          />
        ))}
      </div>
      <p class="under">
        {reserve !== '0' && <span>{inOg(reserve)} reserve · </span>}
        <span title={exactly(ledger.locked)}>{inOg(ledger.locked)} in sub-accounts</span>
        {elsewhere !== '0' && <span title={exactly(elsewhere)}>, {inOg(elsewhere)} of it in other versions</span>}
      </p>
    </>
  )
}

function Legend({ hasReserve }: { hasReserve: boolean }): VNode {
  return (
    <ul class="legend" aria-hidden="true">
      <li class="available">available</li>
      <li class="pending">refund pending</li>
      {hasReserve && <li class="reserve">reserve</li>}
      <li class="required">required</li>
      <li class="target">target</li>
    </ul>
  )
}

/** What must stay in the ledger: the largest reserve of all sub-accounts. */
function reserveOf({ subAccounts }: State): Wei {
  const all = Object.values(subAccounts).map(({ plan }) => BigInt(plan?.limits.ledgerReserve ?? 0))
  return `${all.reduce((most, one) => (one > most ? one : most), 0n)}`
}

/** Thousandths of the whole. */
const share = (part: Wei, whole: Wei): number => (whole === '0' ? 0 : Number((BigInt(part) * 1_000n) / BigInt(whole)))
