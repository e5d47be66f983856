import { Clapperboard, EllipsisVertical, Link2, RotateCw, Trash2, TvMinimalPlay } from 'lucide-react'
import { useLocation } from 'wouter'
import type { VideoSummary } from '../../../../src/surfaces/http/contract/video.ts'
import { IconButton } from '../../components/button.tsx'
import { Menu, MenuItem, MenuLine } from '../../components/menu.tsx'
import { api } from '../../lib/api.ts'
import { copyText } from '../../lib/copy-text.ts'
import { removeWithUndo } from '../../lib/pending-removals.ts'
import { faultOf } from '../../lib/problem-error.ts'
import { toast } from '../../lib/toasts.ts'
import { openInVlc } from '../../lib/vlc.ts'
import { t } from '../../strings/strings.ts'

const GLYPH = 'size-4 shrink-0 text-muted'

/** What can be done with a video without opening it. */
export function CardMenu({ video }: { readonly video: VideoSummary }) {
  const [, navigate] = useLocation()
  const { id, title, playlistUrl, state } = video
  const words = t.library.card
  const retry = () =>
    api
      .retry(id)
      .catch((error: unknown) =>
        toast(faultOf(error).message, { tone: 'bad', detail: faultOf(error).fix ?? undefined }),
      )
  return (
    <Menu
      label={words.actions(title)}
      trigger={
        <IconButton
          label={words.actions(title)}
          className="relative z-10 -mt-1.5 -mr-1.5 md:opacity-60 md:group-focus-within:opacity-100 md:group-hover:opacity-100"
        >
          <EllipsisVertical className="size-4.5" aria-hidden="true" />
        </IconButton>
      }
    >
      <MenuItem icon={<Clapperboard className={GLYPH} />} onSelect={() => navigate(`/video/${id}`)}>
        {words.open}
      </MenuItem>
      {playlistUrl === null ? null : (
        <>
          <MenuItem
            icon={<Link2 className={GLYPH} />}
            onSelect={() => void copyText(new URL(playlistUrl, location.href).href, t.library.linkCopied)}
          >
            {words.copyLink}
          </MenuItem>
          <MenuItem icon={<TvMinimalPlay className={GLYPH} />} onSelect={() => openInVlc(playlistUrl)}>
            {words.vlc}
          </MenuItem>
        </>
      )}
      {state === 'error' ? (
        <MenuItem icon={<RotateCw className={GLYPH} />} onSelect={() => void retry()}>
          {words.retry}
        </MenuItem>
      ) : null}
      <MenuLine />
      <MenuItem danger icon={<Trash2 className="size-4 shrink-0" />} onSelect={() => removeWithUndo(id, title)}>
        {words.remove}
      </MenuItem>
    </Menu>
  )
}
