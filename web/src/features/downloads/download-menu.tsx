import {
  ArrowUp,
  ArrowUpToLine,
  ClipboardCopy,
  Clapperboard,
  EllipsisVertical,
  RotateCw,
  ScrollText,
  Square,
  Trash2,
  X,
} from 'lucide-react'
import { useLocation } from 'wouter'
import type { Download } from '../../../../src/surfaces/http/contract/download.ts'
import { IconButton } from '../../components/button.tsx'
import { Menu, MenuItem, MenuLine } from '../../components/menu.tsx'
import { api } from '../../lib/api.ts'
import { copyText } from '../../lib/copy-text.ts'
import { t } from '../../strings/strings.ts'
import { canBeEnded, hasEnded, shownState } from './download-view.ts'
import { movedUp } from './queue-order.ts'
import { reportOf } from './report-of.ts'
import { useDownloadActions } from './use-download-actions.ts'

const ICON = { className: 'size-4', 'aria-hidden': true } as const

/** All else that can be done to a download. */
export function DownloadMenu({
  download,
  name,
  waiting,
  showsLog,
  onLog,
}: {
  readonly download: Download
  readonly name: string
  readonly waiting: readonly Download[]
  readonly showsLog: boolean
  readonly onLog: () => void
}) {
  const [, navigate] = useLocation()
  const { act, remove } = useDownloadActions()
  const { jobId, state, videoId } = download
  const words = t.downloads.row
  return (
    <Menu
      label={words.more(name)}
      trigger={
        <IconButton label={words.more(name)}>
          <EllipsisVertical className="size-4.5" aria-hidden="true" />
        </IconButton>
      }
    >
      <MenuItem icon={<ScrollText {...ICON} />} onSelect={onLog}>
        {showsLog ? words.hideLog : words.log}
      </MenuItem>
      <MenuItem icon={<ClipboardCopy {...ICON} />} onSelect={() => void copyReport(download)}>
        {words.report}
      </MenuItem>
      {videoId !== null && (
        <MenuItem icon={<Clapperboard {...ICON} />} onSelect={() => navigate(`/video/${videoId}`)}>
          {words.open}
        </MenuItem>
      )}
      {state === 'waiting' && <PriorityItems id={jobId} waiting={waiting} />}
      {(state === 'failed' || (state === 'waiting' && download.failure)) && (
        <MenuItem icon={<RotateCw {...ICON} />} onSelect={() => act(jobId, 'retry')}>
          {words.retry}
        </MenuItem>
      )}
      {mayEndHere(download) && (
        <MenuItem icon={<Square {...ICON} />} onSelect={() => act(jobId, 'finish')}>
          {words.endNow}
        </MenuItem>
      )}
      <MenuLine />
      {hasEnded(download) ? (
        <MenuItem icon={<Trash2 {...ICON} />} onSelect={() => remove([jobId])}>
          {words.remove}
        </MenuItem>
      ) : (
        <MenuItem danger icon={<X {...ICON} />} onSelect={() => act(jobId, 'cancel')}>
          {words.cancel}
        </MenuItem>
      )}
    </Menu>
  )
}

/** Where no button says it already: of what waits, and of a film that comes. */
function mayEndHere(download: Download): boolean {
  const { state, progress } = download
  if (state === 'running') return progress?.recorded === true && shownState(download) !== 'recording'
  return state === 'waiting' && canBeEnded(download)
}

function PriorityItems({ id, waiting }: { readonly id: string; readonly waiting: readonly Download[] }) {
  const { setPriorities } = useDownloadActions()
  const [up, first] = [movedUp(waiting, id, 'up'), movedUp(waiting, id, 'first')]
  return (
    <>
      <MenuItem icon={<ArrowUp {...ICON} />} disabled={up.length === 0} onSelect={() => setPriorities(up)}>
        {t.downloads.row.up}
      </MenuItem>
      <MenuItem icon={<ArrowUpToLine {...ICON} />} disabled={first.length === 0} onSelect={() => setPriorities(first)}>
        {t.downloads.row.first}
      </MenuItem>
    </>
  )
}

/** A log that cannot be had does not keep the report back. */
async function copyReport(download: Download): Promise<void> {
  const log = await api.downloadLog(download.jobId, 0).catch(() => ({ lines: [] }))
  await copyText(reportOf(download, log.lines), t.downloads.row.reportCopied)
}
