import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute } from 'node:path'
import { InvalidInputError } from '../base/errors.ts'
import type { AlertState } from './alert.types.ts'

/**
 * Keeps the state of alerts in a file that only its owner may read. It is written beside the old one, synced and renamed: a
 * process that is killed leaves the old state or the new one.
 *
 * @param path an absolute path; folders that are missing are made
 * @throws InvalidInputError for a path that depends on where the process is started
 *
 * @example
 * await createAlerts(broker, { to: [], state: fileAlertState('/var/lib/app/alerts.json') })
 */
export function fileAlertState(path: string): AlertState {
  if (typeof path !== 'string' || !isAbsolute(path))
    throw new InvalidInputError('The file for the state of alerts is an absolute path.', {
      do: 'pass one: each folder that a process is started in would have a state of its own',
    })
  return {
    async load() {
      return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      })
    },
    async save(text) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const beside = `${path}.new`
      await rm(beside, { force: true })
      const file = await open(beside, 'wx', 0o600)
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(beside, path)
    },
  }
}
