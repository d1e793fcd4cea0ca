import { defineCommand } from 'citty'
import { sendingOptions } from '../arguments/options.ts'
import { sendAndTell } from '../session/sending.ts'

export const command = defineCommand({
  args: sendingOptions,
  async run({ args }) {
    await sendAndTell(args, {
      command: 'delete',
      words: () => ({ do: 'delete the ledger, which must hold nothing any more' }),
      send: ({ ledger }) => ledger.deleteLedger(),
    })
  },
})
