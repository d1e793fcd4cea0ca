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
