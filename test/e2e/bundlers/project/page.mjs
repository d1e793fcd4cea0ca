import { run } from './main.mjs'

globalThis.run = run
