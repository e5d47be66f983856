import type { DownloadResult } from '../../../../src/surfaces/http/contract/download.ts'
import { formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'

type Gap = DownloadResult['gaps'][number]

/** What became of it, as far as it is worth a word: gaps, notes, the hash. */
export function DownloadResultFacts({ result }: { readonly result: DownloadResult }) {
  const { gaps, notes, sha256, entries } = result
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
