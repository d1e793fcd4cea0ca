// npm run setup:browser: installs Debian's Chromium, in which the tests of the page run.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'

const COMMANDS = [
  ['apt-get', 'update'],
  ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'],
]

if (existsSync('/usr/bin/chromium')) console.log('Chromium is installed at /usr/bin/chromium.')
else if (process.getuid?.() === 0) install()
else fail(`Only root may install it: run "sudo npm run setup:browser", or install Chromium at /usr/bin/chromium.`)

function install() {
  for (const [command, ...args] of COMMANDS) {
    const { status, error } = spawnSync(command, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
    if (error) return fail(`${command} could not be run: ${error.message}. It is Debian's and Ubuntu's installer.`)
    if (status !== 0) return fail(`"${[command, ...args].join(' ')}" ended with exit code ${status}.`)
  }
  console.log('Chromium is installed at /usr/bin/chromium.')
}

function fail(message) {
  console.error(`Chromium is not installed. ${message}`)
  process.exitCode = 1
}
