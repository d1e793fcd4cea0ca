import { existsSync } from 'node:fs'

const PLACES = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx', '/opt/homebrew/bin/nginx']

/** Where nginx is installed; undefined where it is not. Debian has it as nginx-light. */
export function nginxPath(): string | undefined {
  return PLACES.find((path) => existsSync(path))
}
