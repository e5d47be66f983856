import { Info } from 'lucide-react'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { Facts } from '../../components/facts.tsx'
import { statisticsFacts } from '../../components/statistics-facts.ts'
import { formatAgo, formatBitRate, formatBytes, formatClock, formatMoment } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'
import { playbackNotes } from './playback-notes.ts'

/** The file, what became of it, and what a viewer should know. */
export function InfoSection({ video }: { readonly video: VideoDetails }) {
  const notes = [...playbackNotes(video), ...video.notes]
  return (
    <div className="grid gap-8">
      {notes.length > 0 && (
        <section className="grid gap-2">
          <h2 className="text-base">{t.video.facts.notes}</h2>
          <ul className="grid gap-1.5">
            {notes.map((note) => (
              <li key={note} className="flex gap-2 text-sm" dir="auto">
                <Info className="mt-0.5 size-4 shrink-0 text-accent-ink" aria-hidden="true" />
                {note}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="grid gap-3">
        <h2 className="text-base">{t.video.facts.about}</h2>
        <Facts facts={aboutFacts(video)} />
      </section>
      {video.statistics ? (
        <section className="grid gap-3">
          <h2 className="text-base">{t.video.facts.statistics}</h2>
          <Facts facts={statisticsFacts(video.statistics)} />
        </section>
      ) : null}
    </div>
  )
}

function aboutFacts(video: VideoDetails) {
  const words = t.video.facts
  const { width, height, durationSec, bitRate, container, createdAt } = video
  return [
    [words.file, video.originalFilename],
    [words.container, container],
    [words.length, durationSec === null ? null : formatClock(durationSec)],
    [words.size, formatBytes(video.byteLength)],
    [words.picture, width === null || height === null ? null : `${width} × ${height}`],
    [words.bitRate, bitRate === null ? null : formatBitRate(bitRate)],
    [
      words.added,
      <time key="added" dateTime={createdAt} title={formatMoment(createdAt)}>
        {formatAgo(createdAt)}
      </time>,
    ],
  ].filter(([, value]) => value !== null) as [string, string][]
}
