import { join } from 'node:path'
import { DiskPartFiles } from '#adapters/disk/disk-part-files.ts'
import { fetchFile } from '#features/downloads/fetch/fetch-file.ts'
import { startOrigin } from '#test/support/origin/start-origin.ts'
import { downloadStream, NEVER, openFetchLab, QUICK } from './fetch-lab.ts'

/** A process of its own that downloads and prints `done` at the end. Arguments: `stream` or `file`, folder, address. */
const [, , what = '', folder = '', url = ''] = process.argv
// Not asked for anything: the lab wants one.
await using own = await startOrigin()
await using lab = await openFetchLab({ folder, origin: { ...own, hostPort: new URL(url).host } })

if (what === 'stream') await downloadStream(lab, url, { connections: 6 })
else {
  const governor = { connections: 6, onChange: () => () => {} }
  const ports = { web: lab.web, governor, log: () => {} }
  await fetchFile(url, new DiskPartFiles(), ports, {
    path: join(folder, 'film'),
    signal: NEVER,
    report: () => {},
    settings: QUICK,
  })
}
process.stdout.write('done\n')
