import { Component, type ComponentChildren } from 'preact'

type Props = { children: ComponentChildren; reset: () => void }

/** Where something cannot be drawn, the page says so instead of showing nothing, or half of it. */
export class Boundary extends Component<Props, { error: unknown }> {
  override state = { error: null as unknown }

  static override getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render({ children, reset }: Props, { error }: { error: unknown }) {
    if (error === null) return children
    const again = () => {
      this.setState({ error: null })
      reset()
    }
    return (
      <div class="waiting" role="alert">
        <p>This cannot be drawn: {error instanceof Error ? error.message : 'it is not as it should be.'}</p>
        <button type="button" class="button" onClick={again}>
          Show what is live
        </button>
      </div>
    )
  }
}
