import { queryOptions } from '@tanstack/react-query'
import type { LinkQuestion } from '../../../src/surfaces/http/contract/download.ts'
import type { VideoListQuery } from '../../../src/surfaces/http/contract/video-requests.ts'
import { api } from './api.ts'

/** Videos fetched at a time. */
export const PAGE_SIZE = 60

export type LibraryFilter = Pick<VideoListQuery, 'text' | 'state' | 'sort' | 'order'>

export const LIST_KEY = ['videos'] as const
export const STATUS_KEY = ['status'] as const

export const DOWNLOADS_KEY = ['downloads'] as const

export function detailsKey(id: string) {
  return ['video', id] as const
}

export const statusQuery = queryOptions({
  queryKey: STATUS_KEY,
  queryFn: ({ signal }) => api.status(signal),
  refetchInterval: 10_000,
})

export function listQuery(filter: LibraryFilter, page: number) {
  return queryOptions({
    queryKey: [...LIST_KEY, filter, page] as const,
    queryFn: ({ signal }) => api.videos({ ...filter, offset: page * PAGE_SIZE, limit: PAGE_SIZE }, signal),
  })
}

export function detailsQuery(id: string) {
  return queryOptions({ queryKey: detailsKey(id), queryFn: ({ signal }) => api.video(id, signal) })
}

export const downloadsQuery = queryOptions({
  queryKey: DOWNLOADS_KEY,
  queryFn: ({ signal }) => api.downloads(signal),
})

/** What stands at an address, as those headers see it. Never asked twice by itself: looking is limited. */
export function linkQuery(question: LinkQuestion) {
  return queryOptions({
    queryKey: ['link', question] as const,
    queryFn: ({ signal }) => api.lookAt(question, signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
}
