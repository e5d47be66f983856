import { useQuery } from '@tanstack/react-query'
import { FileVideo, Globe, ListVideo, Search, X } from 'lucide-react'
import { IconButton } from '../../components/button.tsx'
import { ProblemCard } from '../../components/problem-card.tsx'
import { useStored } from '../../lib/external-store.ts'
import { linkQuery } from '../../lib/queries.ts'
import { t } from '../../strings/strings.ts'
import { guessKind, shortAddress } from './addresses.ts'
import { draft, isAsked, leaveOut, lookAt } from './draft.ts'
import { LinkDetails } from './link-details.tsx'

const GLYPHS = { hls: ListVideo, file: FileVideo, page: Globe }

/** One address: what it looks like, and after a look what is there. */
export function LinkCard({ address, isOnly }: { readonly address: string; readonly isOnly: boolean }) {
  const { looks } = useStored(draft)
  const question = looks[address]
  const {
    data: info,
    error,
    isFetching,
    refetch,
  } = useQuery({
    ...linkQuery(question ?? { url: address }),
    enabled: question !== undefined,
  })
  const kind = info?.kind ?? guessKind(address)
  const Glyph = GLYPHS[kind]
  const look = () => (isAsked(question, address) ? void refetch() : lookAt([address]))
  if (isOnly && !question) return <Guess kind={kind} />
  return (
    <li className="grid grid-cols-1 gap-3 rounded-xl border border-line bg-canvas p-3">
      <div className="flex items-start gap-2.5">
        <Glyph className="mt-0.5 size-4.5 shrink-0 text-accent-ink" aria-hidden="true" />
        <div className="min-w-0 flex-1 text-sm">
          <p className="truncate font-mono text-xs leading-5">
            <bdi>{shortAddress(address)}</bdi>
          </p>
          {info || isFetching ? null : <p className="text-muted">{t.downloads.guess[kind]}</p>}
        </div>
        {question ? null : (
          <IconButton label={t.downloads.info.lookAt(shortAddress(address))} onClick={look}>
            <Search className="size-4" aria-hidden="true" />
          </IconButton>
        )}
        <IconButton label={t.downloads.info.remove(shortAddress(address))} onClick={() => leaveOut(address)}>
          <X className="size-4" aria-hidden="true" />
        </IconButton>
      </div>
      {isFetching && !info ? <LinkSkeleton /> : null}
      {info ? <LinkDetails address={address} info={info} /> : null}
      {error && !isFetching ? <ProblemCard error={error} title={t.downloads.info.failed} onRetry={look} /> : null}
    </li>
  )
}

function Guess({ kind }: { readonly kind: keyof typeof GLYPHS }) {
  const Glyph = GLYPHS[kind]
  return (
    <li className="flex items-center gap-2 text-sm text-muted">
      <Glyph className="size-4.5 shrink-0 text-accent-ink" aria-hidden="true" />
      {t.downloads.guess[kind]}
    </li>
  )
}

/** The shape of what comes. */
function LinkSkeleton() {
  return (
    <div role="status" className="appear-late grid gap-2">
      <span className="sr-only">{t.downloads.info.loading}</span>
      <div className="h-4.5 w-2/3 rounded bg-raised" />
      <div className="h-3.5 w-1/3 rounded bg-raised" />
      <div className="mt-1 h-9 rounded-lg bg-raised" />
    </div>
  )
}
