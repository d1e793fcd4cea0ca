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

export type PackedAppOptions = {
  /** The folder of the app; by default the one that bundlers build. */
  project?: string
  /** The folder with package.json and lock file of its tools; by default the bundlers. */
  tools?: string
  /** The tools are installed by scripts of their packages. */
  runsScripts?: boolean
}

/** An app with the package as npm packs it, beside its tools; null where npm cannot reach its registry. */
export async function openPackedApp({
  project = join(import.meta.dirname, 'project'),
  tools: wanted = join(import.meta.dirname, 'tools'),
  runsScripts = false,
}: PackedAppOptions = {}): Promise<PackedApp | null> {
  const tools = await installTools(wanted, runsScripts)
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

/** Installs tools once for each lock file. Half a gigabyte is too much for the package's own development dependencies. */
async function installTools(from: string, runsScripts: boolean): Promise<string | null> {
  const lock = readFileSync(join(from, 'package-lock.json'))
  const tools = join(cache, createHash('sha256').update(lock).digest('hex').slice(0, 12))
  if (existsSync(tools)) return tools
  mkdirSync(cache, { recursive: true })
  const beside = mkdtempSync(join(cache, 'installing-'))
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(from, file), join(beside, file))
  try {
    const scripts = runsScripts ? [] : ['--ignore-scripts']
    await npm(['install', ...scripts, '--prefer-offline', '--no-audit', '--no-fund'], beside)
    renameSync(beside, tools)
  } catch (error) {
    rmSync(beside, { recursive: true, force: true })
    // Another run has installed them meanwhile.
    if (existsSync(tools)) return tools
    if (!UNREACHABLE.test(String(error))) throw error
    console.warn('npm cannot reach its registry, the tests with bundlers, Bun and Deno are left out.')
    return null
  }
  return tools
}

const UNREACHABLE = /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED)\b/

async function npm(args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run('npm', args, { cwd, shell: process.platform === 'win32' })
  return stdout
}
