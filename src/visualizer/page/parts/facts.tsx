import type { ComponentChildren, VNode } from 'preact'
import type { SubAccountState } from '../../protocol.ts'
import { runwayWait } from '../format/accounts.ts'
import { transactionLink } from '../format/links.ts'
import { fundingWords, short } from '../format/words.ts'
import { duration } from '../format/durations.ts'
import { Amount } from './amount.tsx'
import { usePage } from './page.ts'

/** All other facts about a sub-account. */
export function Facts({ account: one }: { account: SubAccountState }): VNode {
  const { account, autoFunding, plan } = one
  return (
    <dl class="block facts">
      <Fact name="Auto-funding">{autoFunding ? (fundingWords[autoFunding.value] ?? autoFunding.value) : 'off'}</Fact>
      <Fact name="Burn">
        {plan?.burnRate ? (
          <>
            <Amount wei={plan.burnRate} /> an hour
          </>
        ) : (
          'not known yet: it takes three charges and a minute'
        )}
      </Fact>
      <Fact name="Lasts">{plan?.runway == null ? runwayWait(plan) : duration(plan.runway)}</Fact>
      <Fact name="Top-ups">
        {autoFunding ? (
          <>
            {autoFunding.topUps}, <Amount wei={autoFunding.paid} /> in all
          </>
        ) : (
          '–'
        )}
      </Fact>
      <Fact name="Last top-up">{autoFunding?.lastTopUp ? <LastPayment {...autoFunding.lastTopUp} /> : '–'}</Fact>
      <Fact name="Provider's signer">
        {account ? (account.acknowledged ? 'acknowledged' : 'not acknowledged') : '–'}
      </Fact>
      {account?.tokensRevoked && <Fact name="API tokens">single ones are revoked</Fact>}
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

type LastPaymentProps = NonNullable<NonNullable<SubAccountState['autoFunding']>['lastTopUp']>

/** The amount of a top-up or a deposit, and where it was mined. */
export function LastPayment({ amount, transactionHash, blockNumber }: LastPaymentProps): VNode {
  const { view } = usePage()
  const link = transactionLink(view.subject.network.explorer, transactionHash)
  const place = `block ${blockNumber.toLocaleString('en')}`
  return (
    <>
      <Amount wei={amount} />,{' '}
      {link ? (
        <a href={link} target="_blank" rel="noreferrer noopener" title={transactionHash}>
          {place}
        </a>
      ) : (
        <span title={transactionHash}>
          {place} <span class="mono dim">{short(transactionHash)}</span>
        </span>
      )}
    </>
  )
}
