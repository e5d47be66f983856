import { Component, type ReactNode } from 'react'
import { t } from '../strings/strings.ts'
import { Button } from './button.tsx'
import { ProblemCard } from './problem-card.tsx'

/** A part that breaks says so in its own place; the rest of the page stays. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error: unknown }> {
  override readonly state = { error: null as unknown }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    if (this.state.error === null) return this.props.children
    return (
      <div className="mx-auto max-w-2xl py-10">
        <ProblemCard error={this.state.error} title={t.crash.title} onRetry={() => this.setState({ error: null })}>
          <Button look="quiet" onClick={() => location.reload()}>
            {t.crash.reload}
          </Button>
        </ProblemCard>
      </div>
    )
  }
}
