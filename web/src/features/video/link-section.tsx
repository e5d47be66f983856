import { Download, Share2, TvMinimalPlay } from 'lucide-react'
import { strmPath } from '../../../../src/surfaces/http/contract/addresses.ts'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { Button, buttonClass } from '../../components/button.tsx'
import { CopyField } from '../../components/copy-field.tsx'
import { vlcUrl } from '../../lib/vlc.ts'
import { t } from '../../strings/strings.ts'

/** Ways out of the page: addresses to copy, players to open. */
export function LinkSection({ video: { id, title, links, playlistUrl } }: { readonly video: VideoDetails }) {
  const words = t.video.links
  const best = links.public ?? links.local
  return (
    <div className="grid max-w-3xl gap-5">
      <CopyField label={isOnThisComputer(links.local) ? words.here : words.local} value={links.local} />
      {links.public === null ? (
        <p className="text-sm text-muted">{words.noPublic}</p>
      ) : (
        <CopyField label={words.public} value={links.public} />
      )}
      <CopyField label={words.strm} value={links.strm} />
      <section className="grid gap-2">
        <h2 className="text-sm font-medium">{words.open}</h2>
        <div className="flex flex-wrap gap-2">
          {playlistUrl === null ? null : (
            <>
              <a href={vlcUrl(playlistUrl)} className={buttonClass('primary')}>
                <TvMinimalPlay className="size-4" aria-hidden="true" />
                {words.vlc}
              </a>
              <a href={playlistUrl} download={`${id}.m3u8`} className={buttonClass()}>
                <Download className="size-4" aria-hidden="true" />
                {words.m3u8}
              </a>
            </>
          )}
          <a href={strmPath(id)} download className={buttonClass()}>
            <Download className="size-4" aria-hidden="true" />
            {words.strmFile}
          </a>
          {'share' in navigator ? (
            <Button onClick={() => void navigator.share({ title, url: best }).catch(() => undefined)}>
              <Share2 className="size-4" aria-hidden="true" />
              {words.share}
            </Button>
          ) : null}
        </div>
        <p className="text-sm text-muted">{words.hint}</p>
      </section>
    </div>
  )
}

/** Whether nobody but this computer reaches it. */
function isOnThisComputer(address: string): boolean {
  return /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(URL.parse(address)?.hostname ?? '')
}
