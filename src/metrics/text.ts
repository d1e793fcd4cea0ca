import type { Family } from './family.ts'
import type { Table } from './table.ts'

const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8'
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

export const contentTypeOf = (openMetrics: boolean): string => (openMetrics ? OPEN_METRICS : PROMETHEUS)

/** Whether a scraper prefers OpenMetrics, by its Accept header: it does where it wants it at least as much as plain text. */
export function isOpenMetrics(accept: string | null | undefined): boolean {
  const weights = (accept ?? '').split(',').map((part) => {
    const [type = '', ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    const version = parameters
      .find((one) => one.startsWith('version='))
      ?.slice(8)
      .replaceAll('"', '')
    const quality = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1)
    return { type, version, quality: Number.isFinite(quality) ? quality : 0 }
  })
  const best = (isOf: (one: (typeof weights)[number]) => boolean): number =>
    Math.max(0, ...weights.filter(isOf).map(({ quality }) => quality))
  const open = best(({ type, version }) => type === 'application/openmetrics-text' && (version ?? '1.0.0') === '1.0.0')
  return open > 0 && open >= best(({ type }) => type === 'text/plain')
}

/** Writes Prometheus's text 0.0.4, or OpenMetrics 1.0. */
export function writeText(table: Table, openMetrics: boolean): string {
  let text = ''
  for (const [family, rows] of table.rows()) {
    text += headOf(family, openMetrics)
    for (const { labels, base, suffix, value } of rows) {
      const separator = labels.text === '' || base.text === '' ? '' : ','
      text += `${family.name}${suffix}{${base.text}${separator}${labels.text}} ${valueText(value)}\n`
    }
  }
  return openMetrics ? `${text}# EOF\n` : text
}

/** In OpenMetrics a counter's family has no `_total`; in the older text its samples' name is the family's. */
function headOf({ name, type, help }: Family, openMetrics: boolean): string {
  const shown = type === 'counter' && !openMetrics ? `${name}_total` : name
  const unit = openMetrics ? unitOf(name) : null
  return `# HELP ${shown} ${escapeHelp(help)}\n# TYPE ${shown} ${type}\n${unit === null ? '' : `# UNIT ${shown} ${unit}\n`}`
}

/** In OpenMetrics the unit is the end of the family's name. */
function unitOf(name: string): string | null {
  return /_(og|seconds)$/.exec(name)?.[1] ?? null
}

const escapeHelp = (help: string): string => help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')

function valueText(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  return String(value)
}
