import type { VNode } from 'preact'
import { inputText } from '../format/amount-input.ts'
import type { AmountLimits } from '../format/amount-limits.ts'
import { inOg } from '../format/amounts.ts'

export type AmountFieldProps = {
  typed: string
  setTyped: (text: string) => void
  limits: AmountLimits
  /** Why the amount cannot be sent; null where it can. */
  problem: string | null
}

/** An amount in OG with the most that it may be, amounts that make sense, and why the typed one is wrong. */
export function AmountField({ typed, setTyped, limits, problem }: AmountFieldProps): VNode {
  const { most, why, suggestions } = limits
  const all = [...suggestions, ...(most === '0' ? [] : [{ name: 'max', wei: most }])]
  return (
    <div class="amount-field">
      <label>
        Amount
        <span>
          <input
            inputMode="decimal"
            autoComplete="off"
            spellcheck={false}
            value={typed}
            aria-invalid={problem !== null}
            aria-describedby="amount-words"
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          OG
        </span>
      </label>
      <p id="amount-words" class="problem" data-tone={problem === null ? 'calm' : 'bad'} role="status">
        {problem ?? `At most ${inOg(most)} OG: ${why}.`}
      </p>
      <div class="suggestions" role="group" aria-label="Suggested amounts">
        {all.map(({ name, wei }) => (
          <button key={name + wei} type="button" class="chip" onClick={() => setTyped(inputText(wei))}>
            <b>{inOg(wei)}</b> {name}
          </button>
        ))}
      </div>
    </div>
  )
}
