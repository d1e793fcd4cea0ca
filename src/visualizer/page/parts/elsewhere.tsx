import type { VNode } from 'preact'
import type { ElsewhereState } from '../../protocol.ts'
import { inOg } from '../format/amounts.ts'
import { addressLink } from '../format/links.ts'
import { short } from '../format/words.ts'
import { elsewhereIn, refundWords } from '../store/elsewhere.ts'
import { Amount } from './amount.tsx'
import { usePage } from './page.ts'

/** What lies in other registered versions of the services. No plan pays it, and only its owner brings it home. */
export function Elsewhere(): VNode | null {
  const { view } = usePage()
  const { accounts, balance } = elsewhereIn(view.state)
  if (accounts.length === 0) return null
  const now = view.state.block?.timestamp ?? 0
  const services = [...new Set(accounts.map(({ service }) => service))]
  return (
    <section class="card list elsewhere" aria-label="Other versions">
      <div class="card-head">
        <h2>Other versions</h2>
        <span class="dim tally">{accounts.length}</span>
        <span class="end dim">{inOg(balance)} OG in all</span>
      </div>
      <table>
        <caption class="unseen">Sub-accounts in other versions of the services, amounts in OG</caption>
        <thead>
          <tr>
            <th scope="col">Provider</th>
            <th scope="col">Refunds</th>
            <th scope="col" class="right by-available">
              Balance
            </th>
          </tr>
        </thead>
        <tbody>
          {accounts.map((one) => (
            <Cells key={`${one.service} ${one.provider}`} one={one} now={now} />
          ))}
        </tbody>
      </table>
      <p class="under">
        Auto-funding leaves them alone. Closing the ledger brings them home, and so does{' '}
        {services.map((service, index) => (
          <span key={service}>
            {index > 0 && ' or '}
            <code class="foreign">og-ledger retrieve {service}</code>
          </span>
        ))}
        .
      </p>
    </section>
  )
}

function Cells({ one, now }: { one: ElsewhereState; now: number }): VNode {
  const { view } = usePage()
  const link = addressLink(view.subject.network.explorer, one.provider)
  const { text, tone } = refundWords(one, now)
  return (
    <tr data-service={one.service}>
      <td class="name" title={one.provider}>
        <span class="foreign mono">
          {link ? (
            <a href={link} target="_blank" rel="noreferrer noopener">
              {short(one.provider)}
            </a>
          ) : (
            short(one.provider)
          )}
        </span>
        <span class="foreign under">{one.service}</span>
      </td>
      <td class="foreign standing" data-tone={tone} title={text}>
        {text}
      </td>
      <td class="right available">
        <Amount wei={one.balance} unit={false} aligned />
        <span class="under">
          <Amount wei={one.available} unit={false} aligned /> free
        </span>
      </td>
    </tr>
  )
}
