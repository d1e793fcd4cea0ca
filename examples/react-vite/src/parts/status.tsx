import { useBroker, usePosition, useTransactions } from 'og-ledger/react'
import { adviceOn } from '../advice.ts'
import { Notice } from './notice.tsx'

/** Whether the broker reads and may send, and what is in the way. */
export function Status({ isElsewhere }: { isElsewhere: boolean }) {
  const { broker, status, error } = useBroker()
  const reading = usePosition(({ block }) => block.number)
  const unresolved = useTransactions().find(({ state, hash }) => state === 'prepared' && hash === null)
  const refusal = broker?.refusal()
  return (
    <>
      {status === 'opening' && <Notice kind="info" title="Opening your ledger…" />}
      {error && (
        <Notice kind="error" title="The ledger cannot be opened.">
          {adviceOn(error)} Reload the page to try again.
        </Notice>
      )}
      {reading.error && !error && !isElsewhere && (
        <Notice kind="warning" title="The chain cannot be read at the moment.">
          What you see may be old. The page goes on reading by itself.
        </Notice>
      )}
      {refusal && (
        <Notice kind="warning" title="This tab only reads.">
          {adviceOn(refusal)}
        </Notice>
      )}
      {unresolved && (
        <Notice kind="warning" title="A request is open at your wallet.">
          Confirm or reject it there. Until then nothing else is sent for what it concerns (`{unresolved.operation}`).
        </Notice>
      )}
      {reading.data !== undefined && (
        <p className="block">
          {reading.status === 'fresh' ? 'Up to date' : 'Last seen'}: block {reading.data}
        </p>
      )}
    </>
  )
}
