import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'
import { runNpm } from './run.mjs'

/**
 * Installs what package-lock.json lists, unless it is there already. npm keeps its own account of what it installed, so
 * no stamp of ours can be wrong about it.
 */
export async function installNpmPackages() {
  if (isInstalled(readLock('package-lock.json'), readLock('node_modules/.package-lock.json'))) return
  console.log('Installing the npm packages …')
  const code = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) throw new Error('npm could not install the packages; its message stands above.')
}

/**
 * Whether every package that must be there is there in the locked version. Optional ones (binaries of other platforms)
 * are npm's own choice; of the carried Nodes it takes the one that fits.
 *
 * @param {Record<string, { version?: string, integrity?: string, optional?: boolean }> | undefined} wanted
 * @param {typeof wanted} installed
 */
export function isInstalled(wanted, installed) {
  if (!wanted || !installed) return false
  return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
    const found = installed[path]
    if (!found) return optional || !path.includes('node_modules/')
    return found.version === version && found.integrity === integrity
  })
}

function readLock(name) {
  try {
    return JSON.parse(readFileSync(join(root, name), 'utf8')).packages
  } catch {
    return undefined
  }
}
