import { readdirSync } from 'node:fs'
import { childEnv, hasCommand, outputOf, run } from './run.mjs'

/**
 * A package of Debian and the commands it brings; one without commands is looked up in dpkg's list.
 *
 * @typedef {{ name: string, commands: readonly string[] }} SystemPackage
 */

/** @type {SystemPackage} */
export const FFMPEG = { name: 'ffmpeg', commands: ['ffmpeg', 'ffprobe'] }

/**
 * The sandbox ffmpeg runs in, where there is one.
 *
 * @type {SystemPackage}
 */
export const SANDBOX = { name: 'bubblewrap', commands: ['bwrap'] }

/** @type {readonly SystemPackage[]} */
export const TEST_TOOLS = [
  FFMPEG,
  SANDBOX,
  { name: 'chromium', commands: ['chromium'] },
  { name: 'mpv', commands: ['mpv'] },
  { name: 'openssl', commands: ['openssl'] },
  { name: 'vlc-bin', commands: ['cvlc'] },
  { name: 'vlc-plugin-base', commands: [] },
  { name: 'gstreamer1.0-tools', commands: ['gst-launch-1.0'] },
  { name: 'gstreamer1.0-plugins-base', commands: [] },
  { name: 'gstreamer1.0-plugins-good', commands: [] },
  { name: 'gstreamer1.0-plugins-bad', commands: [] },
  { name: 'gstreamer1.0-libav', commands: [] },
  { name: 'python3-python-telegram-bot', commands: [] },
  { name: 'python3', commands: ['python3'] },
  { name: 'python3-pip', commands: ['pip3'] },
]

/**
 * Installs the packages that are missing, if this is Debian or a kin of it and we may. Resolves with those still missing.
 *
 * @param {readonly SystemPackage[]} packages
 * @returns {Promise<readonly SystemPackage[]>}
 */
export async function installSystemPackages(packages) {
  const missing = missingPackages(packages)
  const apt = missing.length > 0 ? aptGet() : undefined
  if (!apt) return missing
  console.log(`Installing ${missing.map(({ name }) => name).join(', ')} through apt …`)
  const install = () =>
    apt([
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      '-o',
      'Dpkg::Use-Pty=0',
      ...missing.map(({ name }) => name),
    ])
  if (hasPackageLists() && (await install()) === 0) return missingPackages(packages)
  await apt(['update', '-qq'])
  await install()
  return missingPackages(packages)
}

/** How to install something by hand, in one line for every system. */
export const HOW_TO_INSTALL_FFMPEG =
  'ffmpeg is missing. Install it: Debian, Ubuntu `sudo apt install ffmpeg bubblewrap` · Fedora `sudo dnf install ffmpeg-free bubblewrap` · ' +
  'macOS `brew install ffmpeg` · Windows `winget install Gyan.FFmpeg`.'

/** @param {readonly SystemPackage[]} packages */
function missingPackages(packages) {
  const onlyInList = packages.filter(({ commands }) => commands.length === 0)
  const listed = onlyInList.length > 0 ? installedDebianPackages() : undefined
  return packages.filter(({ name, commands }) => {
    if (commands.length === 0) return listed !== undefined && !listed.has(name)
    return !commands.every(hasCommand)
  })
}

/** Undefined where there is no dpkg: nothing can be said about packages then. */
function installedDebianPackages() {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is dpkg's own placeholder.
  const list = outputOf('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package}\n'])
  return list && new Set(Array.from(list.matchAll(/^installed (.+)$/gm), ([, name]) => name))
}

/** apt-get as root, directly or by a sudo that asks nothing; undefined when neither is there. */
function aptGet() {
  if (!hasCommand('apt-get')) return undefined
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  if (sudo.length > 0 && outputOf('sudo', ['-n', 'true']) === undefined) return undefined
  return (args) => {
    const [command = '', ...rest] = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
    return run(command, rest, { env: childEnv, stdio: ['inherit', 'ignore', 'inherit'] })
  }
}

function hasPackageLists() {
  try {
    return readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'))
  } catch {
    return false
  }
}
