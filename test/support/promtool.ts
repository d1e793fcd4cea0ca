import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'

const PLACES = [process.env['PROMTOOL'] ?? '', '/usr/bin/promtool', '/usr/local/bin/promtool']

/** Where Prometheus's own checker is installed; undefined where it is not. Debian has it in `prometheus`. */
export const promtoolPath = (): string | undefined => PLACES.find((path) => path !== '' && existsSync(path))

/** What `promtool check metrics` says about a text; empty where it has nothing to say. */
export function promtoolSays(promtool: string, text: string): string {
  const { stdout, stderr, status } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' })
  return status === 0 ? `${stdout}${stderr}` : `exit ${status}: ${stdout}${stderr}`
}
