import type { ServiceType, Wei } from '../../machines/index.ts'
import type { ActionName, ControlRequest } from './protocol.ts'

export const ACTIONS: readonly ActionName[] = [
  'top-up',
  'pause',
  'resume',
  'approve',
  'reject',
  'retrieve',
  'approve-deposit',
  'reject-deposit',
  'deposit',
  'close',
  'cancel-close',
]

/** Decodes the request of a page; null for anything else. */
export function controlRequestIn(text: string): ControlRequest | null {
  const fields = fieldsIn(text)
  const action = ACTIONS.find((one) => one === fields?.['action'])
  if (!fields || !action) return null
  if (action === 'close' || action === 'cancel-close' || action === 'reject-deposit') return { action }
  const { provider, serviceType, amount } = fields
  if (action === 'approve-deposit' || action === 'deposit') return isWei(amount) ? { action, amount } : null
  if (typeof provider !== 'string' || !/^0x[\da-f]{40}$/i.test(provider) || !isServiceType(serviceType)) return null
  if (action === 'top-up' && amount === undefined) return { action, provider, serviceType }
  if (action !== 'top-up' && action !== 'approve') return { action, provider, serviceType }
  return isWei(amount) ? { action, provider, serviceType, amount } : null
}

function fieldsIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

const isServiceType = (value: unknown): value is ServiceType => value === 'inference' || value === 'fine-tuning'
const isWei = (value: unknown): value is Wei => typeof value === 'string' && /^[1-9]\d{0,77}$/.test(value)
