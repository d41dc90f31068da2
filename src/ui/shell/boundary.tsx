import { Component, type ReactNode } from 'react'
import { Note } from '../parts/note.tsx'

interface BoundaryState {
  problem: string | null
}

/** Keeps a part of the page that can't be drawn, or whose code can't be loaded, from taking the rest with it. */
export class Boundary extends Component<{ children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { problem: null }

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { problem: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }

  override render() {
    const { problem } = this.state
    if (problem === null) return this.props.children
    return (
      <Note kind="bad" live>
        <p>This part of the page could not be shown. Your agent goes on, and nothing is lost.</p>
        <p className="small soft">{problem}</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Load the page again
        </button>
      </Note>
    )
  }
}
