import { ListVideo } from 'lucide-react'
import type { Chapter } from '../../../../src/surfaces/http/contract/video.ts'
import { IconButton } from '../../components/button.tsx'
import { Menu, MenuChoices, MenuLabel } from '../../components/menu.tsx'
import { formatClock } from '../../lib/format.ts'
import { t } from '../../strings/strings.ts'

export function ChapterMenu({
  chapters,
  currentTime,
  container,
  onOpenChange,
  onSeek,
}: {
  readonly chapters: readonly Chapter[]
  readonly currentTime: number
  readonly container: HTMLElement | null
  readonly onOpenChange: (open: boolean) => void
  readonly onSeek: (sec: number) => void
}) {
  if (chapters.length === 0) return null
  const current = chapters.findLastIndex(({ startSec }) => startSec <= currentTime)
  return (
    <Menu
      container={container}
      side="top"
      label={t.player.chapters}
      onOpenChange={onOpenChange}
      trigger={
        <IconButton label={t.player.chapters} className="max-md:hidden">
          <ListVideo className="size-5" aria-hidden="true" />
        </IconButton>
      }
    >
      <MenuLabel>{t.player.chapters}</MenuLabel>
      <MenuChoices
        value={String(current)}
        choices={chapters.map(({ title, startSec }, index) => ({
          value: String(index),
          label: title,
          note: formatClock(startSec),
        }))}
        onChoose={(value) => onSeek(chapters[Number(value)]?.startSec ?? 0)}
      />
    </Menu>
  )
}
