import type { Download } from '../../../../src/surfaces/http/contract/download.ts'
import { ProgressBar } from '../../components/progress-bar.tsx'
import { useStored } from '../../lib/external-store.ts'
import { useNow } from '../../lib/use-now.ts'
import { t } from '../../strings/strings.ts'
import { CauseCard } from './cause-card.tsx'
import { DownloadButtons } from './download-buttons.tsx'
import { DownloadLogPanel } from './download-log-panel.tsx'
import { DownloadMenu } from './download-menu.tsx'
import { DownloadResultFacts } from './download-result-facts.tsx'
import { downloadFacts, downloadName, downloadPercent, hasEnded, shownState } from './download-view.ts'
import { openLogs, turnLog } from './open-logs.ts'
import { StateMark } from './state-mark.tsx'
import { useVideoOf } from './use-video-of.ts'
import { VideoFault } from './video-fault.tsx'

/** One download: how it stands, how far it is, what became of it. `waiting`: those in line with it. */
export function DownloadRow({
  download,
  waiting,
}: {
  readonly download: Download
  readonly waiting: readonly Download[]
}) {
  const showsLog = useStored(openLogs).has(download.jobId)
  const nowMs = useNow(Boolean(download.retryAt))
  const name = downloadName(download)
  const video = useVideoOf(download)
  const { jobId } = download
  return (
    <li data-job={jobId} className="grid grid-cols-1 gap-2.5 rounded-2xl border border-line bg-panel p-4">
      <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
        <div className="min-w-40 flex-1">
          <h3 dir="auto" title={download.url} className="line-clamp-2 text-sm font-medium">
            {name}
          </h3>
          <div className="flex flex-wrap items-center gap-x-2.5">
            <StateMark state={shownState(download, video)} />
            <span className="tabular text-sm text-muted">{downloadFacts(download, nowMs).join(' · ')}</span>
          </div>
        </div>
        <div className="flex max-w-full shrink-0 flex-wrap gap-1">
          <DownloadButtons download={download} name={name} video={video} />
          <DownloadMenu
            download={download}
            name={name}
            waiting={waiting}
            showsLog={showsLog}
            onLog={() => turnLog(jobId)}
          />
        </div>
      </div>
      {hasEnded(download) ? null : (
        <ProgressBar value={downloadPercent(download)} label={t.downloads.row.progress(name)} />
      )}
      {download.state === 'failed' ? <CauseCard download={download} /> : null}
      {download.state === 'done' && video ? <VideoFault video={video} /> : null}
      {download.result ? <DownloadResultFacts jobId={download.jobId} result={download.result} /> : null}
      {showsLog ? <DownloadLogPanel download={download} name={name} /> : null}
    </li>
  )
}
