import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { freePort } from '../../src/local/free-port.ts'
import { nginxPath } from './nginx-path.ts'
import { ask } from './visitor.ts'
import { until } from './until.ts'

export type Nginx = { url: string; [Symbol.asyncDispose](): Promise<void> }

/**
 * Starts a real nginx with one server on the loopback.
 *
 * @param locations its location blocks
 * @param files further files in its folder, whose path is `@` in the blocks
 */
export async function startNginx(locations: string, files: Readonly<Record<string, string>> = {}): Promise<Nginx> {
  const path = nginxPath()
  if (path === undefined) throw new Error('No nginx is installed.')
  const folder = await mkdtemp(join(tmpdir(), 'og-ledger-nginx-'))
  const port = await freePort()
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  await Promise.all(places.map((name) => mkdir(join(folder, name))))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const temporary = places.map((name) => `${name}_temp_path ${join(folder, name)};`).join(' ')
  const server = `server { listen 127.0.0.1:${port}; ${locations.replaceAll('@', folder)} }`
  const config = `daemon off; master_process off; pid ${join(folder, 'pid')}; events {}
    http { access_log off; ${temporary} ${server} }`
  await writeFile(join(folder, 'nginx.conf'), config)
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
  const process = spawn(path, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(process, 'exit')
  const complaint = text(process.stderr)
  const url = `http://127.0.0.1:${port}/`
  await until(async () => {
    if (process.exitCode !== null) throw new Error(`nginx ended: ${await complaint}`)
    return ask(url).then(
      () => true,
      () => false,
    )
  })
  return {
    url,
    async [Symbol.asyncDispose]() {
      process.kill()
      await ended
      await rm(folder, { recursive: true })
    },
  }
}
