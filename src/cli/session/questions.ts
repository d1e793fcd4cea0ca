import process from 'node:process'
import { InterruptedError, UsageError } from '../arguments/usage-error.ts'
import { canAsk } from '../screen/terminal.ts'

/** @throws UsageError where nobody can be asked and `yes` does not stand for the answer */
export function mayProceed({ yes }: { yes?: boolean | undefined }): void {
  if (yes === true || canAsk()) return
  throw new UsageError('Nothing was sent: nobody can be asked here, so this needs --yes.')
}

/** @throws UsageError where nobody can be asked at all */
export function mayAsk(why: string): void {
  if (!canAsk()) throw new UsageError(`Nothing was sent: ${why}, and nobody can be asked here.`)
}

/** Asks on stderr; no is the answer where Enter is hit unseen. */
export async function ask(question: string): Promise<void> {
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr })
  if (isCancel(answer) || !answer) throw new InterruptedError('Nothing was sent.')
}

export async function keystorePassword(): Promise<string> {
  const known = process.env['KEYSTORE_PASSWORD']
  if (known !== undefined) return known
  if (!canAsk()) throw new UsageError('The keystore needs its password: set KEYSTORE_PASSWORD.')
  const { password, isCancel } = await import('@clack/prompts')
  const typed = await password({ message: 'Password of the keystore', output: process.stderr })
  if (isCancel(typed)) throw new InterruptedError('Nothing was sent.')
  return typed
}
