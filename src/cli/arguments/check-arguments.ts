import { parseArgs } from 'node:util'
import type { ArgsDef } from 'citty'
import { didYouMean } from '../../base/nearest-name.ts'
import { OUTPUT_FORMATS, outputOptions } from './options.ts'
import { UsageError } from './usage-error.ts'
import { choiceOf } from './values.ts'

/**
 * Refuses what citty lets pass: unknown options, options without their value, and too many arguments.
 *
 * @param variadic the last argument may be given several times
 * @throws UsageError
 */
export function checkArguments(
  raw: readonly string[],
  args: ArgsDef,
  { variadic = false }: { variadic?: boolean } = {},
): void {
  const options = Object.fromEntries(
    Object.entries(args)
      .filter(([, { type }]) => type !== 'positional')
      .flatMap(([name, { type, ...more }]) => {
        // An option that is on by default can be switched off: --no-ui.
        const names = 'default' in more && more.default === true ? [name, `no-${name}`] : [name]
        return names.map((one) => [one, { type: type === 'boolean' ? 'boolean' : 'string' } as const])
      }),
  )
  const names = Object.keys(args).filter((name) => args[name]?.type === 'positional')
  const ahead = raw.slice(0, raw.includes('--') ? raw.indexOf('--') : undefined)
  const at = ahead.findIndex((one) => /^-[\d.]/.test(one))
  if (at !== -1) {
    const before = ahead[at - 1] ?? ''
    // The value of an option is not always an amount.
    const isValue = before.startsWith('--') && options[before.slice(2)]?.type === 'string'
    const [what, kind] = isValue ? [`${before} ${ahead[at]}`, 'number'] : [ahead[at], 'amount']
    throw new UsageError(`${what} is not possible: no ${kind} here is negative.`)
  }
  const { values, positionals } = strictly(Object.keys(options), () =>
    parseArgs({ args: [...raw], options, allowPositionals: true, strict: true }),
  )
  if (args['format'] === outputOptions.format) checkOutput(values)
  const empty = Object.keys(values).find((name) => values[name] === '')
  if (empty) throw new UsageError(`--${empty} is empty.`)
  const missing = names.slice(positionals.length).find((name) => args[name]?.required !== false)
  if (missing) throw new UsageError(`${missing.toUpperCase()} is missing.`)
  const extra = variadic ? undefined : positionals[names.length]
  if (extra !== undefined) throw new UsageError(`${JSON.stringify(extra)} is one argument too many.`)
}

/** @throws UsageError for a format that does not exist, or two that contradict each other */
function checkOutput({ format, json }: { format?: unknown; json?: unknown }): void {
  if (typeof format !== 'string') return
  const chosen = choiceOf(format, '--format', OUTPUT_FORMATS)
  if (json === true && chosen === 'table') throw new UsageError('Either --json or --format table, not both.')
}

function strictly<T>(known: readonly string[], parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    // Node goes on to explain how to pass arguments with a dash; no argument here has one.
    const [sentence] = (error instanceof Error ? error.message : String(error)).split('. To specify')
    const words = sentence?.split('\n').join(' ').replace(/\.$/, '') ?? ''
    const [, unknown] = /^Unknown option '--([^']+)'/.exec(words) ?? []
    // The nearest to --no-yes is its opposite.
    const isOpposite = unknown?.startsWith('no-') === true && known.includes(unknown.slice('no-'.length))
    const meant = unknown === undefined || isOpposite ? '' : didYouMean(unknown, known, '--')
    throw new UsageError(`${words}${meant || '.'}`)
  }
}
