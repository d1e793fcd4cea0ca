/** Reads an answer up to a limit, so that no server can fill the memory. */
export async function readText({ body }: Response, maxBytes: number): Promise<string> {
  return body ? readFrom(body.getReader(), maxBytes) : ''
}

/** The same by a reader that the caller may cancel. @throws Error for a longer answer, whose rest is cancelled */
export async function readFrom(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let size = 0
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > maxBytes) {
      void reader.cancel().catch(() => undefined)
      throw new Error(`the answer is longer than ${maxBytes} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
}
