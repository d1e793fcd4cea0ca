import { Component, type ComponentChildren } from 'preact'

type Props = { children: ComponentChildren; reset: () => void }

/** Shows a message where a part of the page cannot be drawn. */
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
        <p>This cannot be drawn: {error instanceof Error ? error.message : 'the data is invalid.'}</p>
        <button type="button" class="button" onClick={again}>
          Show the live state
        </button>
      </div>
    )
  }
}
