import type { ComponentType, Ref } from 'react'
import type { VideoDetails } from '../../../src/surfaces/http/contract/video.ts'

/** What the page around the player may ask of it. */
export interface PlayerHandle {
  playFrom(sec: number): void
}

/** The player as the pages know it: it comes from elsewhere, and late. */
export type PlayerComponent = ComponentType<{
  readonly video: VideoDetails
  readonly autoPlay: boolean
  readonly ref?: Ref<PlayerHandle>
}>
