import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineCommand } from 'citty'
import { UsageError } from '../arguments/usage-error.ts'
import { packageRoot } from '../package-root.ts'
import { print } from '../screen/terminal.ts'

const SHELLS = ['bash', 'zsh', 'fish']

export const command = defineCommand({
  args: { shell: { type: 'positional', required: true, description: 'bash, zsh or fish' } },
  async run({ args: { shell } }) {
    if (!SHELLS.includes(shell))
      throw new UsageError(`SHELL is one of ${SHELLS.join(', ')}; this is ${JSON.stringify(shell)}.`)
    // The build writes them from the table of commands, which this file, one of its commands, cannot import.
    print((await readFile(join(packageRoot(), 'dist', `completion.${shell}`), 'utf8')).trimEnd())
  },
})
