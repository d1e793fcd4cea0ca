import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defineCommand } from 'citty'
import { UsageError } from '../arguments/usage-error.ts'
import { print } from '../screen/terminal.ts'

const SHELLS = ['bash', 'zsh', 'fish']

export const command = defineCommand({
  args: { shell: { type: 'positional', required: true, description: 'bash, zsh or fish' } },
  async run({ args: { shell } }) {
    if (!SHELLS.includes(shell))
      throw new UsageError(`SHELL is one of ${SHELLS.join(', ')}; this is ${JSON.stringify(shell)}.`)
    // The build writes them from the table of commands, which this file, one of its commands, cannot import.
    const root = dirname(createRequire(import.meta.url).resolve('og-ledger/package.json'))
    print((await readFile(join(root, 'dist', `completion.${shell}`), 'utf8')).trimEnd())
  },
})
