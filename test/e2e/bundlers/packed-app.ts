import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
const cache = join(root, 'node_modules/.cache/og-ledger-bundlers')

export type PackedApp = {
  folder: string
  /** Runs a program in the app's folder and gives what it prints. Rejects with all of its output where it fails. */
  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<string>
  /** Where a tool that the app's package.json does not name is installed. */
  tool(path: string): string
  remove(): void
}

/**
 * An app, by default that of `project`, with the package as npm packs it, beside the bundlers; null where npm cannot reach its
 * registry.
 */
export async function openPackedApp(project = join(import.meta.dirname, 'project')): Promise<PackedApp | null> {
  const tools = await installTools()
  if (tools === null) return null
  mkdirSync(join(tools, 'apps'), { recursive: true })
  const folder = mkdtempSync(join(tools, 'apps/app-'))
  cpSync(project, folder, { recursive: true })
  const target = join(folder, 'node_modules/og-ledger')
  mkdirSync(target, { recursive: true })
  const packed = await npm(['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], root)
  await run('tar', ['-xzf', packed.trim(), '--strip-components', '1', '-C', 'node_modules/og-ledger'], { cwd: folder })
  return {
    folder,
    async run(program, args, env = {}) {
      try {
        const { stdout } = await run(program, args, { cwd: folder, env: { ...process.env, ...env } })
        return stdout
      } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string }
        throw new Error(`${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
      }
    },
    tool: (path) => join(tools, 'node_modules', path),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Installs the bundlers once for each lock file. Half a gigabyte is too much for the package's own development dependencies. */
async function installTools(): Promise<string | null> {
  const lock = readFileSync(join(import.meta.dirname, 'tools/package-lock.json'))
  const tools = join(cache, createHash('sha256').update(lock).digest('hex').slice(0, 12))
  if (existsSync(tools)) return tools
  mkdirSync(cache, { recursive: true })
  const beside = mkdtempSync(join(cache, 'installing-'))
  for (const file of ['package.json', 'package-lock.json'])
    cpSync(join(import.meta.dirname, 'tools', file), join(beside, file))
  try {
    await npm(['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], beside)
    renameSync(beside, tools)
  } catch (error) {
    rmSync(beside, { recursive: true, force: true })
    // Another run has installed them meanwhile.
    if (existsSync(tools)) return tools
    if (!UNREACHABLE.test(String(error))) throw error
    console.warn('npm cannot reach its registry, the tests with bundlers are left out.')
    return null
  }
  return tools
}

const UNREACHABLE = /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED)\b/

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run('npm', args, { cwd, shell: process.platform === 'win32' })
  return stdout
}
