import { existsSync } from 'node:fs'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where Chromium is installed; undefined where it is not. `npm run setup:browser` installs it on Debian. */
export function chromiumPath(): string | undefined {
  return PLACES.find((path) => existsSync(path))
}
