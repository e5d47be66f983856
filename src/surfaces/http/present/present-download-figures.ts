import type { GovernorFigures } from '#domain/governor.ts'
import type { DownloadFigures } from '../contract/download.ts'
import type { DownloadFiguresNow } from '../http-ports.ts'

export function presentDownloadFigures({ governor, ...figures }: DownloadFiguresNow): DownloadFigures {
  return { ...figures, governor: presentGovernor(governor) }
}

function presentGovernor({
  history,
  downloads,
  connections,
  ...figures
}: GovernorFigures): DownloadFigures['governor'] {
  const shown = history.map(({ at, ...change }) => ({ ...change, at: at.toISOString() }))
  return { ...figures, downloads: { ...downloads }, connections: { ...connections }, history: shown }
}
