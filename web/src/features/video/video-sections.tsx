import { Tabs } from 'radix-ui'
import type { ReactNode } from 'react'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { t } from '../../strings/strings.ts'
import { ChapterList } from './chapter-list.tsx'
import { InfoSection } from './info-section.tsx'
import { LinkSection } from './link-section.tsx'
import { SubtitleSection } from './subtitle-section.tsx'
import { TrackSection } from './track-section.tsx'

/** All there is to know about a video, in tabs. */
export function VideoSections({
  video,
  onChapter,
}: {
  readonly video: VideoDetails
  readonly onChapter: (sec: number) => void
}) {
  const words = t.video.sections
  const sections: readonly [id: string, name: string, count: number, content: ReactNode][] = [
    ['info', words.info, 0, <InfoSection key="info" video={video} />],
    ['tracks', words.tracks, video.tracks.length, <TrackSection key="tracks" video={video} />],
    ['subtitles', words.subtitles, video.subtitles.length, <SubtitleSection key="subtitles" video={video} />],
    [
      'chapters',
      words.chapters,
      video.chapters.length,
      <ChapterList key="chapters" chapters={video.chapters} onChapter={onChapter} />,
    ],
    ['links', words.links, 0, <LinkSection key="links" video={video} />],
  ]
  return (
    <Tabs.Root defaultValue="info" className="grid gap-5">
      <Tabs.List
        aria-label={words.label}
        className="flex gap-1 overflow-x-auto border-b border-line max-md:-mx-4 max-md:px-4"
      >
        {sections.map(([id, name, count]) => (
          <Tabs.Trigger
            key={id}
            value={id}
            className="-mb-px flex h-10 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-3 text-sm font-medium text-muted -outline-offset-2 transition-colors hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink max-md:h-11"
          >
            {name}
            {count > 0 && <span className="tabular rounded-md bg-raised px-1.5 text-xs text-muted">{count}</span>}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {sections.map(([id, , , content]) => (
        <Tabs.Content key={id} value={id}>
          {content}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  )
}
