import type { ArgDef } from 'citty'
import { NETWORK_NAMES, OUTPUT_FORMATS, outputOptions } from '../arguments/options.ts'
import { commands } from '../command-table.ts'
import { SERVICE_TYPES } from '../session/services.ts'

export type OptionWords = {
  name: string
  description: string
  /** What its value is called; null for an option without one. */
  value: string | null
  /** The values that there are; empty where it takes any. */
  choices: readonly string[]
  isFile: boolean
}

export type ArgumentWords = { name: string; description: string; isRequired: boolean; choices: readonly string[] }

/** What help, manual and completions say of a command. */
export type CommandWords = {
  name: string
  summary: string
  examples: readonly (readonly [line: string, words: string])[]
  arguments: readonly ArgumentWords[]
  /** The last argument may be given several times. */
  isVariadic: boolean
  options: readonly OptionWords[]
}

/** The values of arguments and options that take one of a few. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  network: NETWORK_NAMES,
  service: SERVICE_TYPES,
  shell: ['bash', 'zsh', 'fish'],
  format: ['mermaid', 'json'],
  'on-pending-refund': ['hold', 'reuse'],
  'reclaim-when': ['needed', 'always'],
}

/** The charts have formats of their own. */
const choicesOf = (key: string, one: ArgDef): readonly string[] =>
  (one === outputOptions.format ? OUTPUT_FORMATS : CHOICES[key]) ?? []

/** The words of every command, in the order of the help. It loads all of them. */
export function commandWords(): Promise<CommandWords[]> {
  return Promise.all(
    Object.entries(commands).map(async ([name, { summary, examples, variadic = false, load }]) => {
      const { args } = await load()
      const words: Omit<CommandWords, 'arguments' | 'options'> = { name, summary, examples, isVariadic: variadic }
      const found = { arguments: [] as ArgumentWords[], options: [] as OptionWords[] }
      for (const [key, one] of Object.entries(args)) {
        const [description, choices] = [one.description ?? '', choicesOf(key, one)]
        if (one.type === 'positional')
          found.arguments.push({ name: key, description, isRequired: one.required !== false, choices })
        else {
          const value = one.type === 'boolean' ? null : 'valueHint' in one ? (one.valueHint ?? key) : key
          found.options.push({ name: key, description, value, choices, isFile: value === 'file' })
        }
        // An option that is on by default can be switched off.
        if (one.type === 'boolean' && one.default === true)
          found.options.push({
            name: `no-${key}`,
            description: `without --${key}`,
            value: null,
            choices: [],
            isFile: false,
          })
      }
      return { ...words, ...found }
    }),
  )
}
