import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from './root.mjs'
import { runNpm } from './run.mjs'

const stampPath = join(root, 'node_modules', '.cache', 'telereel', 'page')

/** All the page is made of: its own files, the contract it shares with the server, and the versions of its packages. */
const SOURCES = ['web', 'src/surfaces/http/contract', 'package-lock.json']

/** Builds the dashboard into web/dist, unless nothing it is made of has changed since. */
export async function buildPage() {
  const stamp = hashOf(SOURCES.map((name) => join(root, name)))
  if (existsSync(join(root, 'web', 'dist', 'index.html')) && readText(stampPath) === stamp) return
  console.log('Building the page …')
  const code = await runNpm(['run', 'build', '--silent', '-w', 'web', '--', '--logLevel', 'warn'])
  if (code !== 0) throw new Error('The page could not be built; the message stands above.')
  mkdirSync(dirname(stampPath), { recursive: true })
  writeFileSync(stampPath, stamp)
}

/** @param {readonly string[]} paths files, or folders with all that is in them */
function hashOf(paths) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesIn)) {
    const bytes = readFileSync(path)
    hash.update(`${relative(root, path)}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}

function filesIn(path) {
  if (!existsSync(path)) return []
  if (/\.\w+$/.test(path)) return [path]
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/^(dist|node_modules)[\\/]/.test(relative(path, file)))
    .sort()
}

function readText(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
