import { useQuery } from '@tanstack/react-query'
import { ChevronDown, CircleAlert, CircleCheck, CircleDashed } from 'lucide-react'
import { Collapsible } from 'radix-ui'
import { use } from 'react'
import { useLocation } from 'wouter'
import type { Status } from '../../../src/surfaces/http/contract/status.ts'
import { Logo } from '../components/logo.tsx'
import { FeedStateContext } from '../lib/feed-state.ts'
import { formatBytes } from '../lib/format.ts'
import { statusQuery } from '../lib/queries.ts'
import { t } from '../strings/strings.ts'
import { NetworkBanner } from './network-banner.tsx'
import { StatusDetails } from './status-details.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

/** One line on every page: how the server is; a click tells more. */
export function StatusStrip() {
  const { data: status, isError } = useQuery(statusQuery)
  const [location] = useLocation()
  return (
    <header className="z-30 border-b border-line bg-canvas">
      {status?.network.beyondLoopback ? <NetworkBanner /> : null}
      {/* What was opened on one page does not push down the next one. */}
      <Collapsible.Root key={location}>
        <div className="flex h-12 items-center gap-2 pr-2 pl-4 md:pr-6 md:pl-8">
          <Logo className="size-6 shrink-0 text-accent md:hidden" />
          <Collapsible.Trigger
            disabled={!status}
            className="group flex h-8 min-w-0 flex-1 items-center gap-2 rounded-lg px-1 text-left text-sm text-muted hover:text-ink"
          >
            <Line status={status} isError={isError} />
            {status ? (
              <ChevronDown
                className="size-4 shrink-0 transition-transform group-data-[state=open]:rotate-180"
                aria-label={t.status.details}
              />
            ) : null}
          </Collapsible.Trigger>
          <FeedNote />
          <ThemeSwitch />
        </div>
        <Collapsible.Content>{status ? <StatusDetails status={status} /> : null}</Collapsible.Content>
      </Collapsible.Root>
    </header>
  )
}

function Line({ status, isError }: { readonly status: Status | undefined; readonly isError: boolean }) {
  if (isError) {
    return <Sentence tone="bad" word={t.status.unreachable} rest={[t.status.unreachableFix]} />
  }
  if (!status) return <Sentence tone="waiting" word={t.status.checking} rest={[]} />
  const [problem, ...others] = status.problems
  if (problem) {
    const more = others.length > 0 ? [t.status.more(others.length)] : []
    return (
      <Sentence
        tone="warn"
        word={problem.message}
        rest={[...more, ...(problem.fix ? [t.status.fix(problem.fix)] : [])]}
      />
    )
  }
  if (status.store.waiting) return <Sentence tone="waiting" word={status.store.waiting} rest={[]} />
  const { processing, active, error } = status.library
  const rest = [
    t.status.videos(processing + active + error),
    ...(processing > 0 ? [t.status.processing(processing)] : []),
    ...(error > 0 ? [t.status.failed(error)] : []),
    status.store.description,
    ...(status.disk.freeBytes === null ? [] : [t.status.free(formatBytes(status.disk.freeBytes))]),
  ]
  return <Sentence tone="good" word={t.status.healthy} rest={rest} />
}

const GLYPHS = {
  good: [CircleCheck, 'text-good'],
  warn: [CircleAlert, 'text-warn'],
  bad: [CircleAlert, 'text-bad'],
  waiting: [CircleDashed, 'text-muted'],
} as const

function Sentence({
  tone,
  word,
  rest,
}: {
  readonly tone: keyof typeof GLYPHS
  readonly word: string
  readonly rest: readonly string[]
}) {
  const [Glyph, colour] = GLYPHS[tone]
  return (
    <>
      <Glyph className={`size-4 shrink-0 ${colour}`} aria-hidden="true" />
      <span className="tabular truncate">
        <span className={`font-medium ${tone === 'good' ? 'text-ink' : colour}`}>{word}</span>
        {rest.map((part) => ` · ${part}`).join('')}
      </span>
    </>
  )
}

/** Says so when what is shown may be old. */
function FeedNote() {
  const state = use(FeedStateContext)
  return (
    <span role="status" className="shrink-0 text-xs text-warn max-md:hidden">
      {state === 'polling' ? t.status.polling : null}
      {state === 'connecting' ? <span className="appear-late">{t.status.reconnecting}</span> : null}
    </span>
  )
}
