import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'
import { run } from './run.mjs'

/** The release that the tests run; Debian's own is years old and refused by us. */
const VERSION = '2026.8.19'

const cache = join(root, 'node_modules', '.cache', 'telereel')
/** Where the tests look for it. */
const folder = join(cache, 'yt-dlp')
const stamp = join(folder, 'installed')

/**
 * Gets yt-dlp from the package index into the cache of the project, unless it is there. Resolves with what is missing, in
 * the form of system packages: nothing, or yt-dlp.
 *
 * @returns {Promise<readonly import('./system-packages.mjs').SystemPackage[]>}
 */
export async function installYtdlp() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === VERSION) return []
  console.log(`Installing yt-dlp ${VERSION} for the tests …`)
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'yt-dlp-'))
  try {
    const unpacked = join(work, 'unpacked')
    if (!(await download(work)) || !(await unpack(work, unpacked))) return [{ name: `yt-dlp ${VERSION}`, commands: [] }]
    writeFileSync(join(unpacked, 'yt-dlp'), LAUNCHER)
    chmodSync(join(unpacked, 'yt-dlp'), 0o755)
    writeFileSync(join(unpacked, 'installed'), VERSION)
    rmSync(folder, { recursive: true, force: true })
    renameSync(unpacked, folder)
    return []
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const LAUNCHER = `#!/usr/bin/env python3
import os, sys
sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from yt_dlp import main
main()
`

async function download(target) {
  const wheelOnly = ['--no-deps', '--only-binary=:all:']
  const options = ['--quiet', '--no-input', '--disable-pip-version-check', '--retries', '2', ...wheelOnly]
  const code = await run('python3', ['-m', 'pip', 'download', ...options, '-d', target, `yt-dlp==${VERSION}`])
  return code === 0
}

/** A wheel is a zip. Compiled once, so that no run has to. */
async function unpack(work, target) {
  const wheel = readdirSync(work).find((name) => name.endsWith('.whl'))
  if (wheel === undefined || (await run('python3', ['-m', 'zipfile', '-e', join(work, wheel), target])) !== 0)
    return false
  return (await run('python3', ['-m', 'compileall', '-q', join(target, 'yt_dlp')])) === 0
}
