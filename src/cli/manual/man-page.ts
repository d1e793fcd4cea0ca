import { environmentInWords } from '../arguments/usage.ts'
import { exitCodesInWords } from '../exit-codes.ts'
import type { CommandWords } from './command-words.ts'

/** The manual of all commands, as roff for man(1). */
export function manPage(all: readonly CommandWords[], version: string): string {
  const lines = [
    `.TH OG-LEDGER 1 "" ${quote(`og-ledger ${version}`)} "User Commands"`,
    '.SH NAME',
    String.raw`og\-ledger \- keeps a wallet's 0G Compute ledger and every provider sub\-account funded`,
    '.SH SYNOPSIS',
    String.raw`.B og\-ledger`,
    String.raw`.I command`,
    '[options]',
    '.SH DESCRIPTION',
    ...text(
      'Commands that look need an address; commands that send need a key, ask first, and write each transaction to a journal ' +
        'before they broadcast it. Amounts are in OG, in decimal. In a terminal results are tables, elsewhere one JSON object per line.',
    ),
    '.SH COMMANDS',
    ...all.flatMap(commandLines),
    '.SH ENVIRONMENT',
    ...environmentInWords.flatMap(([name, words]) => item(`.B ${escapeRoff(name)}`, words)),
    '.SH EXIT STATUS',
    ...exitCodesInWords.flatMap(([code, words]) => item(`.B ${code}`, words)),
    '.SH FILES',
    ...item(
      String.raw`.I ~/.local/state/og\-ledger/*.journal`,
      'what may be in flight: one file for each wallet and chain',
    ),
  ]
  return `${lines.join('\n')}\n`
}

function commandLines({
  name,
  summary,
  arguments: positionals,
  isVariadic,
  options,
  examples,
}: CommandWords): string[] {
  const words = positionals.map((one, index) => {
    const many = isVariadic && index === positionals.length - 1 ? '...' : ''
    return one.isRequired ? `${one.name.toUpperCase()}${many}` : `[${one.name.toUpperCase()}${many}]`
  })
  return [
    `.SS ${quote([name, ...words].join(' '))}`,
    ...text(`${summary}.`),
    ...positionals.flatMap((one) => item(`.I ${escapeRoff(one.name.toUpperCase())}`, one.description)),
    ...options.flatMap(({ name: option, value, description }) =>
      item(`.BI ${escapeRoff(`--${option}`)}${value === null ? '' : ` " ${escapeRoff(value)}"`}`, description),
    ),
    ...examples.flatMap(([line, meaning]) => ['.PP', ...text(`${meaning}:`), '.IP', '.nf', escapeRoff(line), '.fi']),
  ]
}

const item = (head: string, words: string): string[] => ['.TP', head, ...text(words)]
const text = (words: string): string[] => [escapeRoff(words)]
const quote = (words: string): string => `"${escapeRoff(words).replaceAll('"', '""')}"`

/** A line that starts with a point or an apostrophe would be a request. */
function escapeRoff(words: string): string {
  return words
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replace(/^(?=[.'])/, String.raw`\&`)
}
