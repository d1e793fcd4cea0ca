/** The command line cannot work: exit code 2. No request was sent to any node. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The user ended the command with Ctrl-C, at a question or during a wait: exit code 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}
