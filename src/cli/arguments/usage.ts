import { stripVTControlCharacters } from 'node:util'
import { renderUsage } from 'citty'
import { commands, type Command, type CommandEntry } from '../command-table.ts'
import { exitCodesInWords } from '../exit-codes.ts'
import { isColored } from '../screen/terminal.ts'

const NAME = 'og-ledger'

/** What the command reads from the environment. */
export const environmentInWords: readonly (readonly [string, string])[] = [
  ['PRIVATE_KEY', "the wallet's key: it is never taken from an argument"],
  ['KEYSTORE_PASSWORD', 'the password for --keystore'],
  ['TREASURY_PRIVATE_KEY', "with auto-fund's deposits: the key that deposits, where that is not the wallet's"],
  ['TREASURY_KEYSTORE_PASSWORD', 'the password for --treasury-keystore'],
  ['OG_NETWORK', 'the network, where neither --network nor a config file names one'],
  ['OG_RPC_URL', 'the node, where --rpc-url is left out'],
  ['OG_DATABASE_URL', 'of fleet: the Postgres database that machines share, where --database names no other variable'],
  ['NO_COLOR', 'no colours'],
]

/** The help that lists all commands. It loads none of them. */
export async function usageOfAll(version: string): Promise<string> {
  const subCommands = Object.fromEntries(
    Object.entries(commands).map(([name, { summary }]) => [name, { meta: { name, description: summary } }]),
  )
  const description = "Keeps a wallet's 0G Compute ledger and every provider sub-account observable and funded"
  const text = await renderUsage({ meta: { name: NAME, version, description }, subCommands })
  const short = text.replace(Object.keys(commands).join('|'), '<command> [OPTIONS]')
  return plain([short, '', ...section('ENVIRONMENT', environmentInWords), '', ...exitCodes()])
}

/** The help for one command. */
export async function usageOf(
  name: string,
  { summary, examples }: Pick<CommandEntry, 'summary' | 'examples'>,
  { args }: Command,
): Promise<string> {
  const text = await renderUsage({ meta: { name, description: summary }, args }, { meta: { name: NAME } })
  const shown = examples.flatMap(([line, words]) => [`  ${line}`, `      ${words}`])
  return plain([text, '', 'EXAMPLES', '', ...shown, '', ...exitCodes()])
}

const exitCodes = () =>
  section(
    'EXIT CODES',
    exitCodesInWords.map(([code, words]) => [String(code), words]),
  )

function section(title: string, pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return [title, '', ...pairs.map(([name, words]) => `  ${name.padStart(width)}  ${words}`)]
}

/** Without the blanks at line ends that citty writes, and without its colours where no terminal shows them. */
function plain(lines: readonly string[]): string {
  const text = lines
    .join('\n')
    .replace(/ +$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
  return isColored ? text : stripVTControlCharacters(text)
}
