export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const

export const exitCodesInWords: readonly (readonly [number, string])[] = [
  [
    EXIT.ok,
    'it did what was asked, or nothing had to be done; also when Ctrl-C ends watch, auto-fund, fleet, serve or demo',
  ],
  [
    EXIT.failed,
    'it failed: a contract refused, the chain could not be reached, a sub-account was left out, or the demo found a wrong wei',
  ],
  [EXIT.usage, 'the command line cannot work; nothing was sent'],
  [EXIT.interrupted, 'Ctrl-C ended a command that was waiting; what was sent before may still be mined'],
]
