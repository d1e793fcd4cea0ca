import { Buffer } from 'node:buffer'
import { createHash, timingSafeEqual } from 'node:crypto'
import process from 'node:process'
import { ledgerPage } from '../../ledger-page.js'

export const dynamic = 'force-dynamic'

/** The page, its files, its events: everything under /ledger. The page has no login of its own. */
export async function GET(request) {
  const { PASSWORD } = process.env
  if (!PASSWORD) return new Response('The page is closed: PASSWORD is not set.', { status: 503 })
  if (!isAllowed(request, PASSWORD))
    return new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="ledger"' } })
  const { fetch } = await ledgerPage()
  return fetch(request)
}

/** Basic authentication: put your own login here. */
function isAllowed({ headers }, password) {
  const expected = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`
  return timingSafeEqual(digest(headers.get('authorization') ?? ''), digest(expected))
}

const digest = (text) => createHash('sha256').update(text).digest()
