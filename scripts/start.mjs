/** `npm start`: installs what is missing, builds the page, starts the server. Runs on any Node from 20.19 on. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { installNpmPackages } from './setup/npm-packages.mjs'
import { buildPage } from './setup/page.mjs'
import { root } from './setup/root.mjs'
import { stopWithNpm } from './setup/run.mjs'
import { FFMPEG, HOW_TO_INSTALL_FFMPEG, installSystemPackages, SANDBOX } from './setup/system-packages.mjs'

stopWithNpm()
try {
  await installNpmPackages()
  await installMediaTools()
  await buildPage()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
serve(process.argv.slice(2))

/** Without ffmpeg the server still starts and serves what it has; its own checks say the same once more. */
async function installMediaTools() {
  const missing = await installSystemPackages(ownFfmpeg() ? [SANDBOX] : [FFMPEG, SANDBOX])
  if (missing.includes(FFMPEG)) console.log(HOW_TO_INSTALL_FFMPEG)
  else if (missing.includes(SANDBOX) && process.platform === 'linux') {
    console.log('bubblewrap is missing: ffmpeg will run without a sandbox. Install it: `sudo apt install bubblewrap`.')
  }
}

/** Whoever names a program of their own needs none from us. */
function ownFfmpeg() {
  const file = join(root, '.env')
  const settings = { ...(existsSync(file) && parseEnv(readFileSync(file, 'utf8'))), ...process.env }
  return Boolean(settings.FFMPEG_PATH && settings.FFPROBE_PATH)
}

/** The launcher becomes part of this process, so that signals and the exit code need no passing on. */
function serve(args) {
  const launcher = join(root, 'bin', 'telereel')
  process.argv = [process.execPath, launcher, 'serve', ...args]
  createRequire(import.meta.url)(launcher)
}
