#!/usr/bin/env node
import process from 'node:process'
import { EXIT } from './exit-codes.ts'
import { listenForInterrupts } from './session/interrupt.ts'
import { run } from './run.ts'

/** After the command, a request that is never answered keeps the process alive no longer than this. */
const LAST_MS = 500

// The program that reads the output has closed the pipe: it has read enough.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? EXIT.ok : EXIT.failed))
listenForInterrupts()
process.exitCode = await run(process.argv.slice(2))
setTimeout(() => process.exit(), LAST_MS).unref()
