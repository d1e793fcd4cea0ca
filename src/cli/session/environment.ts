import process from 'node:process'
import { withoutQuotes } from '../config/text.ts'

/** Variables that hold a key. */
export const KEY_VARIABLES = ['PRIVATE_KEY', 'TREASURY_PRIVATE_KEY'] as const

type Name = (typeof KEY_VARIABLES)[number] | 'OG_RPC_URL' | 'OG_NETWORK'

/**
 * An environment variable without blanks and quotes round it; undefined where it is not set. A file for `--env-file` that
 * begins with a byte order mark gives it to the name of its first variable.
 */
export function variable(name: Name): string | undefined {
  const value = process.env[name] ?? process.env[`\uFEFF${name}`]
  return value === undefined ? undefined : withoutQuotes(value)
}
