import { ClipboardCopy } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { Download } from '../../../../src/surfaces/http/contract/download.ts'
import { Button } from '../../components/button.tsx'
import { CheckBox } from '../../components/check-box.tsx'
import { copyText } from '../../lib/copy-text.ts'
import { t } from '../../strings/strings.ts'
import { hasEnded } from './download-view.ts'
import { redacted } from './report-of.ts'
import { type LogLines, useJobLog } from './use-job-log.ts'

const COLOURS = { info: 'text-muted', warn: 'text-warn', error: 'text-bad' }
/** So close to the end counts as the end. */
const NEAR_PX = 24

/** What a download says while it runs; the newest line stays in sight until somebody scrolls up. */
export function DownloadLogPanel({ download, name }: { readonly download: Download; readonly name: string }) {
  const { lines, isLost } = useJobLog(download.jobId, !hasEnded(download))
  const [follows, setFollows] = useState(true)
  const box = useRef<HTMLDivElement>(null)
  const words = t.downloads.log
  useEffect(() => {
    if (lines && follows) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [lines, follows])
  return (
    <section aria-label={words.title(name)} className="grid gap-2 border-t border-line pt-2.5">
      <div
        ref={box}
        role="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys.
        tabIndex={0}
        aria-label={words.title(name)}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          setFollows(scrollHeight - scrollTop - clientHeight < NEAR_PX)
        }
        className="max-h-64 min-h-16 overflow-y-auto rounded-lg border border-line bg-canvas px-3 py-2 font-mono text-xs leading-5"
      >
        {lines?.length === 0 && <p className="text-muted">{words.empty}</p>}
        {lines?.map(({ number, at, level, text }) => (
          <p key={number} className="flex gap-2">
            <time dateTime={at} className="tabular shrink-0 text-muted">
              {new Date(at).toLocaleTimeString('en', { hourCycle: 'h23' })}
            </time>
            <span aria-label={words.levelNames[level]} role="img" className={`shrink-0 ${COLOURS[level]}`}>
              {words.levels[level]}
            </span>
            <span dir="auto" className={level === 'info' ? '' : COLOURS[level]}>
              {text}
            </span>
          </p>
        ))}
      </div>
      {isLost ? (
        <p role="status" className="text-xs text-warn">
          {words.lost}
        </p>
      ) : null}
      <div className="flex flex-wrap items-center gap-3">
        <CheckBox label={words.follow} isChecked={follows} onTick={setFollows} />
        <Button look="quiet" onClick={() => void copyText(textOf(lines ?? []), words.copied)}>
          <ClipboardCopy className="size-4" aria-hidden="true" />
          {words.copy}
        </Button>
      </div>
    </section>
  )
}

function textOf(lines: LogLines): string {
  return redacted(lines.map(({ at, level, text }) => `${at} ${level} ${text}`).join('\n'))
}
