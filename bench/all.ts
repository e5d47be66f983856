/** `npm run bench`: all programs that take minutes, one after another; the long film is left to whoever has the disk for it. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAMS = ['index', 'planner', 'encryption', 'ingest', 'serving', 'telegram', 'downloads']

for (const name of PROGRAMS) {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))], { stdio: 'inherit' })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) process.exitCode = 1
}
