import process from 'node:process'
import { InterruptedError, UsageError } from '../arguments/usage-error.ts'
import { dropTyped } from '../screen/keys.ts'
import { canAsk } from '../screen/terminal.ts'

/** @throws UsageError without a terminal to ask on, unless `yes` is the answer */
export function mayProceed({ yes }: { yes?: boolean | undefined }): void {
  if (yes === true || canAsk()) return
  throw new UsageError('Nothing was sent: there is no terminal to ask on, so this needs --yes.')
}

/** @throws UsageError without a terminal to ask on */
export function mayAsk(why: string): void {
  if (!canAsk()) throw new UsageError(`Nothing was sent: ${why}, and there is none.`)
}

/** Asks on stderr. Enter alone means no. */
export async function ask(question: string): Promise<void> {
  const { confirm, isCancel } = await import('@clack/prompts')
  await dropTyped()
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr })
  if (isCancel(answer) || !answer) throw new InterruptedError('Nothing was sent.')
}

/** Asks on stderr for the word yes, where a key that was pressed by mistake must not be the answer. */
export async function askTyped(question: string): Promise<void> {
  const { text, isCancel } = await import('@clack/prompts')
  await dropTyped()
  const answer = await text({ message: question, output: process.stderr })
  if (isCancel(answer) || answer.trim().toLowerCase() !== 'yes') throw new InterruptedError('Nothing was changed.')
}

export type TextOptions = {
  /** What Enter alone means. */
  usual?: string
  /** Throws for a text that cannot be used. */
  check?: (text: string) => void
}

/** Asks on stderr for a text, again until it can be used. */
export async function askText(question: string, { usual = '', check = () => undefined }: TextOptions): Promise<string> {
  const { text, isCancel } = await import('@clack/prompts')
  const answer = await text({
    message: question,
    defaultValue: usual,
    placeholder: usual,
    output: process.stderr,
    validate: (typed) => sentenceOf(() => check((typed ?? '').trim() || usual)),
  })
  if (isCancel(answer)) throw new InterruptedError('Nothing was written.')
  return answer.trim()
}

/** Asks on stderr for one of a few words. */
export async function askChoice(question: string, choices: readonly [string, ...string[]]): Promise<string> {
  const { select, isCancel } = await import('@clack/prompts')
  const options = choices.map((value) => ({ value, label: value }))
  const answer = await select({ message: question, options, output: process.stderr })
  if (isCancel(answer)) throw new InterruptedError('Nothing was written.')
  return answer
}

/** The first line of what a check throws; undefined where it passes. */
function sentenceOf(check: () => void): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
  }
}

/** The password of a keystore, from the environment or else typed. */
export async function keystorePassword(variable: string, keystore: string): Promise<string> {
  const known = process.env[variable]
  if (known !== undefined) return known
  if (!canAsk()) throw new UsageError(`The ${keystore} needs its password: set ${variable}.`)
  const { password, isCancel } = await import('@clack/prompts')
  const typed = await password({ message: `Password of the ${keystore}`, output: process.stderr })
  if (isCancel(typed)) throw new InterruptedError('Nothing was sent.')
  return typed
}
