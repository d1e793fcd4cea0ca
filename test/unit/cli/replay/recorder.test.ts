import * as files from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { planConditionsIn, type PlanConditions } from '../../../../src/cli/replay/plan-conditions.ts'
import { openRecorder } from '../../../../src/cli/replay/recorder.ts'
import { decodeRecording, encodePosition, type Position } from '../../../../src/index.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = files.mkdtempSync(join(tmpdir(), 'og-ledger-'))
  file = join(folder, 'positions.jsonl')
})
afterEach(() => files.rmSync(folder, { recursive: true }))

test('a position is encoded in one line, and decodes to the same position', () => {
  const line = encodePosition(position(7))
  expect(line).toBe(
    '{"type":"position","block":{"number":7,"timestamp":70},"wallet":{"address":"0xMe","balance":"5"},' +
      '"ledger":{"available":"115792089237316195423570985008687907853269984665640564039457584007913129639935",' +
      '"total":"2","locked":"3","additionalInfo":"a\\nb"},"subAccounts":[{"provider":"0xP",' +
      '"serviceType":"fine-tuning","balance":"9","pendingRefund":"4","available":"5","claimable":"1",' +
      '"refunds":[{"amount":"4","createdAt":1,"unlocksAt":2,"claimable":true}],"acknowledged":true,' +
      '"tokensRevoked":false}]}\n',
  )
  expect(decodeRecording(line)).toEqual({ positions: [position(7)], late: 0, torn: false })
})

test('the conditions of a plan stand in the line of its position; recordings of earlier versions have none', () => {
  const conditions: PlanConditions = {
    minLockedBalance: 10n ** 18n,
    minTransfer: null,
    minLedgerBalance: 3n,
    lockTimes: { inference: 86_400 },
    gasReserve: 7n,
    unsettledFees: { 'inference 0xP': 2n ** 200n },
  }
  const text = encodePosition(position(1)) + encodePosition(position(2), conditions)
  expect(text).toContain(
    '"circumstances":{"minLockedBalance":"1000000000000000000","minTransfer":null,"minLedgerBalance":"3",' +
      '"lockTimes":{"inference":86400},"gasReserve":"7",' +
      `"unsettledFees":{"inference 0xP":"${2n ** 200n}"}}}\n`,
  )
  expect(planConditionsIn(`${text}{"type":"entry","circ`)).toEqual(new Map([[2, conditions]]))
  expect(decodeRecording(text)).toEqual({ positions: [position(1), position(2)], late: 0, torn: false })
})

test('wherever the last line is torn, all others count', () => {
  const [whole, last] = [encodePosition(position(1)), encodePosition({ ...position(2), ledger: null })]
  const inside = Array.from({ length: last.length - 2 }, (_, index) => whole + last.slice(0, index + 1))
  for (const text of inside) expect(decodeRecording(text)).toEqual({ positions: [position(1)], late: 0, torn: true })
  const both = { positions: [position(1), { ...position(2), ledger: null }], late: 0, torn: false }
  expect([whole + last.slice(0, -1), whole + last].map(decodeRecording)).toEqual([both, both])
})

test('a block that was read twice counts once, an earlier block is left out; other lines and other wallets are refused', () => {
  const line = (number: number) => encodePosition(position(number))
  expect(decodeRecording(line(2) + line(1) + line(2) + line(3))).toEqual({
    positions: [position(2), position(3)],
    late: 1,
    torn: false,
  })
  expect(() => decodeRecording(`${line(1)}{"type":"position"}\n`)).toThrow(/^Line 2 is no recorded position\.$/)
  expect(() => decodeRecording(line(1).replace('"5"', '5'))).toThrow(/^Line 1 is no recorded position\.$/)
  const other = encodePosition({ ...position(2), wallet: { address: '0xOther', balance: 1n } })
  expect(() => decodeRecording(line(1) + other)).toThrow(/^Line 2 is a position of another wallet: 0xOther\.$/)
})

test('lines of the visualizer are skipped, torn or not; any other line is refused', () => {
  const [base, entry] = ['{"type":"base","protocol":1}\n', '{"type":"entry","seq":1}\n']
  const text = base + encodePosition(position(1)) + entry + encodePosition(position(2)) + entry
  const whole = { positions: [position(1), position(2)], late: 0, torn: false }
  expect([text, text.slice(0, -1)].map(decodeRecording)).toEqual([whole, whole])
  expect(decodeRecording(text.slice(0, -2))).toEqual({ ...whole, torn: true })
  expect(() => decodeRecording(`${text}{"type":"diary"}\n`)).toThrow(/^Line 6 is no recorded position\.$/)
})

test('a recorder appends to a file of its owner alone, and cuts off a torn line', () => {
  record(1, 2, 2)
  expect(files.statSync(file).mode & 0o777).toBe(0o600)
  files.appendFileSync(file, encodePosition(position(3)).slice(0, 40))
  files.chmodSync(file, 0o644)
  record(4)
  expect(files.statSync(file).mode & 0o777).toBe(0o600)
  expect(decodeRecording(files.readFileSync(file, 'utf8'))).toEqual({
    positions: [position(1), position(2), position(4)],
    late: 0,
    torn: false,
  })
})

test('a recorder refuses another file and one that it cannot write', () => {
  files.writeFileSync(file, 'dear diary')
  expect(() => openRecorder(file, () => undefined)).toThrow(`${file} is no recording: nothing is added to it.`)
  expect(files.readFileSync(file, 'utf8')).toBe('dear diary')
  expect(() => openRecorder(join(folder, 'no', 'where'), () => undefined)).toThrow(
    `${join(folder, 'no', 'where')} cannot be written: ENOENT.`,
  )
})

test.runIf(files.existsSync('/dev/full'))('a full disk is reported once', () => {
  const failures: string[] = []
  using recorder = openRecorder('/dev/full', (text) => failures.push(text))
  recorder.record(position(1))
  recorder.record(position(2))
  expect(failures).toEqual(['Not recorded in /dev/full: ENOSPC.'])
})

function record(...numbers: number[]): void {
  using recorder = openRecorder(file, (text) => expect.fail(text))
  for (const number of numbers) recorder.record(position(number))
}

function position(number: number): Position {
  return {
    block: { number, timestamp: number * 10 },
    wallet: { address: '0xMe', balance: 5n },
    ledger: { available: 2n ** 256n - 1n, total: 2n, locked: 3n, additionalInfo: 'a\nb' },
    subAccounts: [
      {
        provider: '0xP',
        serviceType: 'fine-tuning',
        balance: 9n,
        pendingRefund: 4n,
        available: 5n,
        claimable: 1n,
        refunds: [{ amount: 4n, createdAt: 1, unlocksAt: 2, claimable: true }],
        acknowledged: true,
        tokensRevoked: false,
      },
    ],
  }
}
