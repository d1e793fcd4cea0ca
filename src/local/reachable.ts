import { statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Whether every user may enter a folder and those above it, and read what is there. */
export function isReachableByAll(folder: string): boolean {
  return (statSync(folder).mode & 0o005) === 0o005 && (folder === dirname(folder) || isReachableByAll(dirname(folder)))
}
