/** A request's body as it goes to the provider, and the model that it names. */
export type ModelRequest = {
  /** Undefined where the body names none. */
  model: string | undefined
  /** The body with another model's name in place of that one. */
  bodyFor(model: string): Uint8Array<ArrayBuffer> | string | null
}

/**
 * Reads the model from a JSON body or a form. A form is passed on as it is, since its files are not copied.
 *
 * @returns null for a body that is neither
 */
export async function readModel(
  body: Uint8Array<ArrayBuffer>,
  contentType: string | undefined,
): Promise<ModelRequest | null> {
  if (body.length === 0) return { model: undefined, bodyFor: () => null }
  if (contentType?.startsWith('multipart/form-data')) return readForm(body, contentType)
  return readJson(body)
}

function readJson(body: Uint8Array<ArrayBuffer>): ModelRequest | null {
  const value = parseJson(new TextDecoder().decode(body))
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const { model } = value as { model?: unknown }
  if (model !== undefined && typeof model !== 'string') return null
  return {
    model,
    bodyFor: (actual) => (actual === model ? body : JSON.stringify({ ...value, model: actual })),
  }
}

async function readForm(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<ModelRequest | null> {
  try {
    const form = await new Response(body, { headers: { 'content-type': contentType } }).formData()
    const model = form.get('model')
    return { model: typeof model === 'string' ? model : undefined, bodyFor: () => body }
  } catch {
    return null
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
