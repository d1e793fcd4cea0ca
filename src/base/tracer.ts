/** What og-ledger uses of an OpenTelemetry tracer: `trace.getTracer('my-app')` of `@opentelemetry/api` fits. */
export type Tracer = {
  startSpan(name: string, options?: { startTime?: number; attributes?: SpanAttributes }): Span
}

/** What og-ledger uses of a span. Times in milliseconds since 1970. */
export type Span = {
  setAttributes(attributes: SpanAttributes): unknown
  /** 1: it is well. 2: it failed. */
  setStatus(status: { code: 1 | 2; message?: string }): unknown
  addEvent(name: string, attributes?: SpanAttributes): unknown
  end(endTime?: number): void
}

export type SpanAttributes = Record<string, string | number | boolean>
