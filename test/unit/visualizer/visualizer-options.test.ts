import { expect, test } from 'vitest'
import { createVisualizer } from '../../../src/visualizer/index.ts'

const TOKEN = 'Sixteen_letters_1'

test.for<[unknown, string]>([
  [{ prot: 4600 }, 'createVisualizer has no option prot.'],
  [{ port: '4600' }, 'port is a whole number from 0 to 65535, or is null.'],
  [{ port: 70_000 }, 'port is a whole number from 0 to 65535, or is null.'],
  [
    { hosts: 'ledger.example' },
    'hosts is a list of names without scheme, port and path, such as ["ledger.example.org"].',
  ],
  [
    { hosts: ['https://ledger.example'] },
    'hosts is a list of names without scheme, port and path, such as ["ledger.example.org"].',
  ],
  [
    { hosts: ['ledger.example:443'] },
    'hosts is a list of names without scheme, port and path, such as ["ledger.example.org"].',
  ],
  [{ basePath: 'ledger' }, 'basePath is a path that begins with /, such as /ledger.'],
  [{ control: TOKEN }, 'control is an object with token.'],
  [{ control: { token: TOKEN, readonly: true } }, 'control has no field readonly: it has token.'],
  [{ control: { token: 5 } }, 'control has a field token that is a string.'],
  [{ control: {} }, 'control has no token.'],
  [{ control: { token: 'Fifteen_letters' } }, 'A control token needs 16 characters at least.'],
  [{ dryRun: 'yes' }, 'dryRun is true or false, or is an object with autoFunding, autoDeposit, reclaimIdle.'],
  [
    { dryRun: { autodeposit: {} } },
    'dryRun is true or false, or has no field autodeposit: it has autoFunding, autoDeposit, reclaimIdle.',
  ],
  [
    { dryRun: { autoFunding: [{ provider: '0x', serviceType: 'inference', config: { bufferMultiplier: 0 } }] } },
    'bufferMultiplier is a number above 0.',
  ],
  [{ dryRun: { reclaimIdle: { after: '1m' } } }, 'after of reclaimIdle is from 1h to 31d.'],
  [{ dryRun: { autoDeposit: { trigger: '5', target: '5' } } }, 'The target is more than the trigger.'],
  [{ explorer: 'chainscan.0g.ai' }, 'explorer is an http or https URL.'],
  [{ explorer: 'javascript:alert(1)' }, 'explorer is an http or https URL.'],
  [{ history: { entries: -1 } }, 'history has a field entries that is a whole number from 0 to 9007199254740991.'],
  [{ history: { entrys: 1 } }, 'history has no field entrys: it has entries, bytes.'],
  [null, 'The options of createVisualizer are an object.'],
])(
  'an option that cannot be is refused before anything is served, and no token is repeated: %j',
  async ([options, sentence]) => {
    const error = await createVisualizer({} as never, options as never).then(
      () => expect.fail('It was taken.'),
      (error: unknown) => error as Error,
    )
    expect(error.name).toBe('InvalidInputError')
    expect(error.message.split('\n')[0]).toBe(sentence)
    expect(error.message).not.toMatch(/teen_letters/)
  },
)
