import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ClosingAccountState, ClosingPlanState } from '../../protocol.ts'
import { inOg } from '../format/amounts.ts'
import { duration, moment } from '../format/durations.ts'
import { short } from '../format/words.ts'
import { useChainClock, usePage } from './page.ts'

/** What closing would do, as `og-ledger close` shows it: each sub-account in a table, then the sums. */
export function ClosingPlan({ load }: { load: () => Promise<ClosingPlanState | string> }): VNode {
  const [plan, setPlan] = useState<ClosingPlanState | string | null>(null)
  useEffect(() => void load().then(setPlan), [])
  if (plan === null) return <p role="status">The plan is being made…</p>
  if (typeof plan === 'string')
    return (
      <p data-tone="low" class="refusal" role="status">
        The plan cannot be shown: {plan}
      </p>
    )
  return <Whole plan={plan} />
}

function Whole({ plan }: { plan: ClosingPlanState }): VNode {
  const { subAccounts, transactions, gas, home, stuck } = plan
  const when = useWhen(plan)
  return (
    <div class="closing-plan">
      {subAccounts.length > 0 && (
        <table>
          <caption class="unseen">What closing brings home, amounts in OG</caption>
          <thead>
            <tr>
              <th scope="col">Provider</th>
              <th scope="col">Service</th>
              <th scope="col" class="right">
                Asked back now
              </th>
              <th scope="col" class="right">
                Pending
              </th>
              <th scope="col">Unlocks</th>
              <th scope="col">Home from</th>
            </tr>
          </thead>
          <tbody>
            {subAccounts.map((one) => (
              <Cells key={`${one.service ?? one.serviceType} ${one.provider}`} one={one} now={plan.block.timestamp} />
            ))}
          </tbody>
        </table>
      )}
      <dl>
        <Sum name="Transactions" text={String(transactions)} />
        <Sum name="Gas" text={gasWords(gas)} />
        <Sum name="Home" text={`${inOg(home)} OG in the wallet, ${when}`} />
        {stuck !== '0' && (
          <Sum name="Stays" text={`${inOg(stuck)} OG in a kind of service that og-ledger does not know`} />
        )}
        <Sum
          name="May change"
          text="Providers can still charge, also from what is asked back; a longer lock makes it later."
        />
      </dl>
    </div>
  )
}

function Cells({ one, now }: { one: ClosingAccountState; now: number }): VNode {
  const { at } = useChainClock()
  const { view } = usePage()
  const { provider, serviceType, service, asked, pending, unlocks, homeAt } = one
  const name = view.state.subAccounts[`${serviceType}:${provider}`]?.service?.model
  const time = (seconds: number) => moment(at(seconds), at(now))
  return (
    <tr>
      <td class="foreign" title={provider}>
        {service === null && name ? name : short(provider)}
      </td>
      <td class="foreign">{service ?? serviceType}</td>
      <td class="right">{asked === '0' ? '–' : inOg(asked)}</td>
      <td class="right">{pending === '0' ? '–' : inOg(pending)}</td>
      <td>{unlocks.first === unlocks.last ? time(unlocks.last) : `${time(unlocks.first)} to ${time(unlocks.last)}`}</td>
      <td>{time(homeAt)}</td>
    </tr>
  )
}

function Sum({ name, text }: { name: string; text: string }): VNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  )
}

function useWhen({ endsAt, block }: ClosingPlanState): string {
  const { at } = useChainClock()
  const left = endsAt - block.timestamp
  return left <= 0 ? 'at once' : `${moment(at(endsAt), at(block.timestamp))} at the earliest: in ${duration(left)}`
}

function gasWords({ units, cost, missing }: ClosingPlanState['gas']): string {
  if (cost === null) return `${Number(units).toLocaleString('en')} units; what they cost is not known yet`
  const whole = `up to ${inOg(cost)} OG for the whole way; the wallet must keep that`
  return missing === '0' ? whole : `${whole}; ${inOg(missing)} OG are missing`
}
