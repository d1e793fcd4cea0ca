import { defineCommand } from 'citty'
import { UsageError } from '../arguments/usage-error.ts'
import { readingOptions } from '../arguments/options.ts'
import { withKeeper } from '../keeper/with-keeper.ts'
import { print, printJson, wantsJson } from '../screen/terminal.ts'

export const command = defineCommand({
  args: {
    number: {
      type: 'positional',
      required: false,
      description: 'of the question; without it the open ones are listed',
    },
    deny: { type: 'boolean', description: 'answers no' },
    ...readingOptions,
  },
  async run({ args }) {
    const number = args.number === undefined ? null : numberIn(args.number)
    if (args.deny && number === null) throw new UsageError('--deny goes with the number of a question.')
    await withKeeper(args, async (keeper) => {
      const json = wantsJson(args)
      if (number === null) {
        const open = await keeper.questions()
        if (json) for (const one of open) printJson({ type: 'question', ...one })
        else
          print(
            open.length === 0
              ? 'No question is open.'
              : open.map(({ question, text }) => `${question}  ${text}`).join('\n'),
          )
        return
      }
      const approved = args.deny !== true
      if (!(await keeper.answer(number, approved))) throw new Error(`Question ${number} is not open any more.`)
      if (json) printJson({ type: 'answered', question: number, approved })
      else print(`Question ${number} is ${approved ? 'approved' : 'denied'}.`)
    })
  },
})

function numberIn(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`NUMBER is that of an open question; this is ${JSON.stringify(text)}.`)
}
