import type { ArgsDef, CommandDef } from 'citty'

export type CommandEntry = {
  summary: string
  /** The last argument may be given several times. */
  variadic?: true
  /** The command itself ends in order at Ctrl-C. */
  endless?: true
  load: () => Promise<Command>
}

/** A command with the definition of its arguments. */
export type Command = CommandDef & { args: ArgsDef }

/** Every command. Its file is loaded only when the command runs. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  demo: {
    summary: 'Show auto-funding at work on a chain of its own, with providers that charge; needs no key and no network',
    endless: true,
    load: async () => generic(await import('./commands/demo.ts')),
  },
  status: {
    summary: "Show a wallet's ledger and sub-accounts, and what auto-funding would do",
    load: async () => generic(await import('./commands/status.ts')),
  },
  plan: {
    summary: 'Show what auto-funding would do now for every sub-account, and what to deposit: a dry run',
    endless: true,
    load: async () => generic(await import('./commands/plan.ts')),
  },
  watch: {
    summary: 'Show the status continuously; with --record, record it for replay',
    endless: true,
    load: async () => generic(await import('./commands/watch.ts')),
  },
  replay: {
    summary: 'Replay a recording, and show what another policy would have sent',
    load: async () => generic(await import('./commands/replay.ts')),
  },
  providers: {
    summary: 'List the providers that hold money of a wallet, or with --all every provider and its prices',
    load: async () => generic(await import('./commands/providers.ts')),
  },
  transactions: {
    summary: 'List open and recent transactions, or settle one whose outcome neither wallet nor chain shows',
    load: async () => generic(await import('./commands/transactions.ts')),
  },
  'add-ledger': {
    summary: 'Open a ledger with a deposit',
    load: async () => generic(await import('./commands/add-ledger.ts')),
  },
  deposit: {
    summary: 'Add to the ledger',
    load: async () => generic(await import('./commands/deposit.ts')),
  },
  'deposit-for': {
    summary: "Add to another wallet's ledger",
    load: async () => generic(await import('./commands/deposit-for.ts')),
  },
  transfer: {
    summary: 'Move money from the ledger to the sub-account with a provider',
    load: async () => generic(await import('./commands/transfer.ts')),
  },
  ensure: {
    summary: 'Make sure, once, that a provider can charge an amount',
    load: async () => generic(await import('./commands/ensure.ts')),
  },
  'auto-fund': {
    summary: 'Keep sub-accounts funded until Ctrl-C',
    variadic: true,
    endless: true,
    load: async () => generic(await import('./commands/auto-fund.ts')),
  },
  serve: {
    summary: 'Serve providers as a local OpenAI-compatible endpoint that funds what they reject, until Ctrl-C',
    variadic: true,
    endless: true,
    load: async () => generic(await import('./commands/serve.ts')),
  },
  pause: {
    summary: 'Pause auto-funding in the process that keeps the wallet',
    load: async () => generic(await import('./commands/pause.ts')),
  },
  resume: {
    summary: 'Resume auto-funding there',
    load: async () => generic(await import('./commands/resume.ts')),
  },
  approve: {
    summary: 'List the payments that await approval there, and approve or deny one',
    load: async () => generic(await import('./commands/approve.ts')),
  },
  alerts: {
    summary: 'alerts test: send each receiver of a config file one alert, and its end',
    load: async () => generic(await import('./commands/alerts.ts')),
  },
  retrieve: {
    summary: 'Ask money back from sub-accounts, and claim unlocked refunds',
    load: async () => generic(await import('./commands/retrieve.ts')),
  },
  refunds: {
    summary: 'List every pending refund, and when it can be claimed',
    load: async () => generic(await import('./commands/refunds.ts')),
  },
  claim: {
    summary: 'Claim refunds whose lock is over; the free balance stays with the provider',
    load: async () => generic(await import('./commands/claim.ts')),
  },
  refund: {
    summary: 'Withdraw from the ledger to the wallet',
    load: async () => generic(await import('./commands/refund.ts')),
  },
  delete: {
    summary: 'Delete an empty ledger',
    load: async () => generic(await import('./commands/delete.ts')),
  },
  close: {
    summary: 'Withdraw everything and delete the ledger; takes as long as the refund lock',
    load: async () => generic(await import('./commands/close.ts')),
  },
  machines: {
    summary: 'Print the statecharts, as Mermaid or as JSON',
    load: async () => generic(await import('./commands/machines.ts')),
  },
}

/** citty types a command by its own arguments; a list of commands needs a common type. */
function generic({ command }: { command: unknown }): Command {
  return command as Command
}
