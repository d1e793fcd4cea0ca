/** One value of a metric, as `samples()` returns it. */
export type Sample = {
  /** The full name, with `_total`, `_bucket`, `_sum` or `_count`. */
  name: string
  labels: Readonly<Record<string, string>>
  value: number
}

/** A metric as it is written: its name without the suffixes of its samples. */
export type Family = {
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'histogram'
  readonly help: string
  /** How several wallets become one sample, where `wallet` is no label. */
  readonly merge: 'sum' | 'least' | 'most'
}

/** The labels of a sample, rendered once: a scrape renders thousands. */
export type Labels = {
  readonly values: Readonly<Record<string, string>>
  /** `a="1",b="2"`, without braces. */
  readonly text: string
}

export const noLabels: Labels = { values: {}, text: '' }

export function labelsOf(values: Readonly<Record<string, string>>): Labels {
  return { values, text: textOf(values) }
}

/** More labels after those of `base`. */
export function withLabels(base: Labels, values: Readonly<Record<string, string>>): Labels {
  const text = textOf(values)
  return { values: { ...base.values, ...values }, text: base.text === '' ? text : `${base.text},${text}` }
}

function textOf(values: Readonly<Record<string, string>>): string {
  let text = ''
  for (const name in values) text += `${text === '' ? '' : ','}${name}="${escapeValue(values[name] ?? '')}"`
  return text
}

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }

const escapeValue = (value: string): string => (NEEDS_ESCAPE.test(value) ? escapeLabel(value) : value)

const NEEDS_ESCAPE = /[\\"\n]/

const escapeLabel = (value: string): string => value.replaceAll(/[\\"\n]/g, (found) => ESCAPED[found] ?? found)
