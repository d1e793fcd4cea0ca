/** One sample of a text that a scraper reads. */
export type Exposed = { name: string; labels: Readonly<Record<string, string>>; value: number }

export type Exposition = {
  types: ReadonlyMap<string, string>
  units: ReadonlyMap<string, string>
  samples: readonly Exposed[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*)\} (\S+)$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y
const NUMBER = /^(?:[+-]Inf|NaN|-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/

/**
 * Reads a text of Prometheus's format 0.0.4, or of OpenMetrics 1.0, and refuses whatever the formats forbid: a family in two places, a
 * sample twice, a wrong suffix, a bucket that falls, a unit that the name does not end with, a text without its end.
 */
export function readExposition(text: string, format: 'prometheus' | 'openmetrics'): Exposition {
  const isOpen = format === 'openmetrics'
  if (!text.endsWith('\n')) throw new Error('The last line has no end.')
  const lines = text.slice(0, -1).split('\n')
  if (isOpen && lines.pop() !== '# EOF') throw new Error('OpenMetrics ends with # EOF.')
  const types = new Map<string, string>()
  const units = new Map<string, string>()
  const samples: Exposed[] = []
  const seen = new Set<string>()
  let family: string | null = null

  for (const line of lines) {
    if (line.startsWith('#')) meta(line)
    else sample(line)
  }
  checkHistograms(samples, types)
  return { types, units, samples }

  function meta(line: string): void {
    const [, keyword = '', name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.+)$/.exec(line) ?? fail(line)
    if (!NAME.test(name)) fail(line)
    if (keyword === 'HELP') {
      if (seen.has(`family ${name}`)) throw new Error(`The family ${name} comes twice.`)
      seen.add(`family ${name}`)
      family = name
      return
    }
    if (name !== family) fail(line)
    if (keyword === 'TYPE') {
      if (!['gauge', 'counter', 'histogram'].includes(rest)) fail(line)
      if (isOpen && rest === 'counter' && name.endsWith('_total')) fail(line)
      types.set(name, rest)
    } else {
      if (!isOpen || !name.endsWith(`_${rest}`)) fail(line)
      units.set(name, rest)
    }
  }

  function sample(line: string): void {
    const [, name = '', text = '', number = ''] = SAMPLE.exec(line) ?? fail(line)
    const type = types.get(family ?? '') ?? fail(line)
    const allowed =
      type === 'histogram' ? ['_bucket', '_sum', '_count'] : type === 'counter' && isOpen ? ['_total'] : ['']
    if (!allowed.includes(name.slice(family?.length)) || !name.startsWith(family ?? '')) fail(line)
    if (!NUMBER.test(number)) fail(line)
    const labels = labelsIn(text) ?? fail(line)
    const key = `${name}${JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`
    if (seen.has(key)) throw new Error(`This sample comes twice: ${line}`)
    seen.add(key)
    const value = number === '+Inf' ? Infinity : number === '-Inf' ? -Infinity : Number(number)
    if (type === 'counter' && !(value >= 0)) fail(line)
    samples.push({ name, labels, value })
  }
}

function labelsIn(text: string): Record<string, string> | null {
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const [, name = '', value = '', end] = LABEL.exec(text) ?? []
    if (end === undefined || name in labels) return null
    if (end === '' && LABEL.lastIndex !== text.length) return null
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
  }
  return labels
}

function checkHistograms(samples: readonly Exposed[], types: ReadonlyMap<string, string>): void {
  for (const [name, type] of types) {
    if (type !== 'histogram') continue
    const series = new Map<string, { le: number; value: number }[]>()
    for (const { name: of, labels, value } of samples) {
      if (of !== `${name}_bucket`) continue
      const { le = '', ...rest } = labels
      const key = JSON.stringify(rest)
      series.set(key, [...(series.get(key) ?? []), { le: le === '+Inf' ? Infinity : Number(le), value }])
    }
    if (series.size === 0) throw new Error(`The histogram ${name} has no buckets.`)
    for (const [key, buckets] of series) {
      for (const [at, { le, value }] of buckets.entries()) {
        const before = buckets[at - 1]
        if (before && (le <= before.le || value < before.value)) throw new Error(`The buckets of ${name} fall.`)
      }
      const count = samples.find((one) => one.name === `${name}_count` && JSON.stringify(one.labels) === key)
      if (buckets.at(-1)?.le !== Infinity || buckets.at(-1)?.value !== count?.value)
        throw new Error(`The last bucket of ${name} is not its count.`)
    }
  }
}

function fail(line: string): never {
  throw new Error(`This line is none of the format: ${line}`)
}
