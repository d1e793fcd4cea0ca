/** The command line does not say what is needed: exit code 2. Nothing was asked of any node. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The user ended it with Ctrl-C, at a question or while something was awaited: exit code 130. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}
