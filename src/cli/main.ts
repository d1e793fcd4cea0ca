#!/usr/bin/env node
import process from 'node:process'
import { EXIT } from './exit-codes.ts'
import { listenForInterrupts } from './session/interrupt.ts'
import { run } from './run.ts'

/** What is still open then, such as a request that nobody answers, is not worth waiting for. */
const LAST_MS = 500

// Whoever read the output has read enough.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? EXIT.ok : EXIT.failed))
listenForInterrupts()
process.exitCode = await run(process.argv.slice(2))
setTimeout(() => process.exit(), LAST_MS).unref()
