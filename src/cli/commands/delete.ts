import { defineCommand } from 'citty'
import { sendingOptions } from '../arguments/options.ts'
import { sendAndReport } from '../session/sending.ts'

export const command = defineCommand({
  args: sendingOptions,
  async run({ args }) {
    await sendAndReport(args, {
      wish: { operation: 'delete', params: {} },
      words: () => ({ do: 'delete the ledger, which must hold nothing any more' }),
    })
  },
})
