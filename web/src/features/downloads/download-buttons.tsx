import { FileDown, Pause, Play, RotateCw, Square } from 'lucide-react'
import { Link } from 'wouter'
import { downloadFilePath } from '../../../../src/surfaces/http/contract/addresses.ts'
import type { Download } from '../../../../src/surfaces/http/contract/download.ts'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { Button, buttonClass, IconButton } from '../../components/button.tsx'
import { t } from '../../strings/strings.ts'
import { canBeEnded, mayFillGaps, shownState } from './download-view.ts'
import { useDownloadActions } from './use-download-actions.ts'

interface RowProps {
  readonly download: Download
  readonly name: string
  /** What the library has of it by now. */
  readonly video: VideoDetails | undefined
}

/** What is wanted most of a row. */
export function DownloadButtons({ download, name, video }: RowProps) {
  const { act } = useDownloadActions()
  const { jobId, state, result } = download
  const words = t.downloads.row
  return (
    <>
      {video?.playlistUrl ? <WatchLink download={download} name={name} video={video} /> : null}
      {result?.hasFile ? (
        <a
          href={downloadFilePath(jobId)}
          download=""
          className={buttonClass('primary')}
          aria-label={words.of(words.file, name)}
        >
          <FileDown className="size-4" aria-hidden="true" />
          {words.file}
        </a>
      ) : null}
      {shownState(download) === 'recording' && (
        <Button aria-label={words.of(words.finish, name)} onClick={() => act(jobId, 'finish')}>
          <Square className="size-4 fill-current" aria-hidden="true" />
          {words.finish}
        </Button>
      )}
      {mayFillGaps(download) && (
        <Button aria-label={words.of(words.fillGaps, name)} onClick={() => act(jobId, 'retry')}>
          <RotateCw className="size-4" aria-hidden="true" />
          {words.fillGaps}
        </Button>
      )}
      {(state === 'running' || state === 'waiting') && (
        <IconButton label={words.of(words.pause, name)} onClick={() => act(jobId, 'pause')}>
          <Pause className="size-4.5" aria-hidden="true" />
        </IconButton>
      )}
      {state === 'paused' && (
        <Button aria-label={words.of(words.resume, name)} onClick={() => act(jobId, 'retry')}>
          <Play className="size-4" aria-hidden="true" />
          {words.resume}
        </Button>
      )}
      {canBeEnded(download) && state === 'paused' && (
        <Button aria-label={words.of(words.endNow, name)} onClick={() => act(jobId, 'finish')}>
          <Square className="size-4 fill-current" aria-hidden="true" />
          {words.endNow}
        </Button>
      )}
      {state === 'cancelled' && (
        <Button aria-label={words.of(words.retry, name)} onClick={() => act(jobId, 'retry')}>
          <RotateCw className="size-4" aria-hidden="true" />
          {words.retry}
        </Button>
      )}
    </>
  )
}

function WatchLink({ download, name, video }: RowProps & { readonly video: VideoDetails }) {
  const isWhole = download.state === 'done' && video.state !== 'error'
  const words = t.downloads.row
  const label = isWhole ? words.watch : words.watchNow
  return (
    <Link
      href={`/video/${video.id}?play=1`}
      className={buttonClass(isWhole ? 'primary' : 'plain')}
      aria-label={words.of(label, name)}
    >
      <Play className="size-4 fill-current" aria-hidden="true" />
      {label}
    </Link>
  )
}
