import type { Video } from '#domain/video.ts'

/** The states as people see them. */
export function shownState({ state }: Pick<Video, 'state'>): 'processing' | 'active' | 'error' {
  if (state === 'ready') return 'active'
  return state === 'failed' ? 'error' : 'processing'
}
