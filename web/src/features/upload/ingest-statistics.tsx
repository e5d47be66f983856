import type { Statistics } from '../../../../src/surfaces/http/contract/video.ts'
import { Facts } from '../../components/facts.tsx'
import { statisticsFacts } from '../../components/statistics-facts.ts'

/** What became of the file. */
export function IngestStatistics({ statistics }: { readonly statistics: Statistics }) {
  return (
    <div className="border-t border-line pt-3">
      <Facts facts={statisticsFacts(statistics)} />
    </div>
  )
}
