import { downloadSubtitlesPath } from '../../../../src/surfaces/http/contract/addresses.ts'
import type { DownloadResult } from '../../../../src/surfaces/http/contract/download.ts'
import { formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'

type Gap = DownloadResult['gaps'][number]

interface FactsProps {
  readonly jobId: string
  readonly result: DownloadResult
}

/** What became of it, as far as it is worth a word: gaps, notes, subtitles beside the file, the hash. */
export function DownloadResultFacts({ jobId, result }: FactsProps) {
  const { gaps, notes, sha256, entries, subtitleFiles } = result
  const words = t.downloads.row
  if (gaps.length + notes.length + entries.length === 0 && sha256 === null) return null
  return (
    <div className="grid gap-2 border-t border-line pt-2.5 text-sm">
      {entries.length > 0 && <p className="text-muted">{words.made(entries.length)}</p>}
      {gaps.length > 0 && (
        <details open={gaps.length <= 3} className="rounded-lg bg-warn-soft px-3 py-2">
          <summary className="font-medium text-warn">{words.gaps(gaps.length)}</summary>
          <ul className="mt-1 grid gap-1">
            {gaps.map((gap) => (
              <li key={`${gap.rendition} ${gap.msn}`}>
                <span className="tabular">{gapWords(gap)}</span> <span className="text-muted">{gap.why}</span>
              </li>
            ))}
          </ul>
          {result.videoId === null ? null : <p className="mt-1 text-muted">{words.gapsInVideo}</p>}
        </details>
      )}
      {notes.map((note) => (
        <p key={note} className="text-muted" dir="auto">
          {note}
        </p>
      ))}
      {subtitleFiles.length > 0 && (
        <ul className="flex flex-wrap gap-x-4 gap-y-1" aria-label={words.subtitles}>
          {subtitleFiles.map((name, number) => (
            <li key={name}>
              <a
                href={downloadSubtitlesPath(jobId, number)}
                download=""
                className="text-accent-ink underline"
                dir="auto"
              >
                {name}
              </a>
            </li>
          ))}
        </ul>
      )}
      {sha256 === null ? null : (
        <p className="text-xs text-muted">
          {words.sha256} <span className="font-mono">{sha256}</span>
        </p>
      )}
    </div>
  )
}

function gapWords({ count, msn, startSec, durationSec }: Gap): string {
  return t.downloads.row.gap(count, msn, formatClock(startSec), formatClock(startSec + durationSec))
}
