import { defineCommand } from 'citty'
import { sendingOptions } from '../options.ts'
import { sendAndTell } from '../sending.ts'

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
