// Refuses to publish while package.json does not say whose package this is, and where its code and its bugs are.
import { readFileSync } from 'node:fs'
import process from 'node:process'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const missing = ['author', 'repository', 'homepage', 'bugs'].filter((field) => !manifest[field])
if (missing.length > 0) {
  console.error(`package.json lacks ${missing.join(', ')}: fill them in before publishing.`)
  process.exit(1)
}
