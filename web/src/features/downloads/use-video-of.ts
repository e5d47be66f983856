import { useQuery } from '@tanstack/react-query'
import type { Download } from '../../../../src/surfaces/http/contract/download.ts'
import type { VideoDetails } from '../../../../src/surfaces/http/contract/video.ts'
import { detailsQuery } from '../../lib/queries.ts'

/** The library video that the download fills, as it stands now; undefined before it is known and after it was deleted. */
export function useVideoOf({ videoId }: Download): VideoDetails | undefined {
  const { data, isError } = useQuery({ ...detailsQuery(videoId ?? ''), enabled: videoId !== null })
  return isError ? undefined : data
}
