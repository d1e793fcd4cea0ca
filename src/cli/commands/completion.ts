import { defineCommand } from 'citty'
import { UsageError } from '../arguments/usage-error.ts'
import { bashCompletion } from '../manual/bash.ts'
import { commandWords } from '../manual/command-words.ts'
import { fishCompletion } from '../manual/fish.ts'
import { zshCompletion } from '../manual/zsh.ts'
import { print } from '../screen/terminal.ts'

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

export const command = defineCommand({
  args: { shell: { type: 'positional', required: true, description: 'bash, zsh or fish' } },
  async run({ args }) {
    const { shell } = args
    if (!isShell(shell)) throw new UsageError(`SHELL is one of bash, zsh, fish; this is ${JSON.stringify(shell)}.`)
    print(SHELLS[shell](await commandWords()).trimEnd())
  },
})

const isShell = (word: string): word is keyof typeof SHELLS => Object.hasOwn(SHELLS, word)
