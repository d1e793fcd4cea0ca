import type { VNode } from 'preact'
import type { SubAccountState } from '../../protocol.ts'
import { explanationOf, limitsOf, termsOf, type Term } from '../format/plan.ts'
import { Amount } from './amount.tsx'
import { useChainClock, usePage } from './page.ts'

/** The plan of a sub-account: its numbers, and what they mean. */
export function Plan({ account }: { account: SubAccountState }): VNode {
  const { view } = usePage()
  const { subject, state } = view
  const { at } = useChainClock()
  const limits = limitsOf(account, state.block?.timestamp ?? 0, at)
  return (
    <div class="block plan">
      <h3>{subject.dryRun ? 'What auto-funding would do' : 'What happens next, and why'}</h3>
      {explanationOf(account, subject.dryRun, at).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <Terms terms={termsOf(account)} />
      <Limits limits={limits} />
    </div>
  )
}

/** The numbers of a plan as rows of a sum, with what is missing last. */
export function Terms({ terms }: { terms: readonly Term[] }): VNode {
  return (
    <table>
      <tbody>
        {terms.map(({ name, wei, note }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="right">
              <Amount wei={wei} unit={false} aligned />
            </td>
            <td class="dim">{note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function Limits({ limits }: { limits: readonly string[] }): VNode | null {
  if (limits.length === 0) return null
  return (
    <ul class="limits dim">
      {limits.map((limit) => (
        <li key={limit}>{limit}</li>
      ))}
    </ul>
  )
}
