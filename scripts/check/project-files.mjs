import { existsSync, readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from '../setup/root.mjs'

/** Folders that hold what was made or fetched, not written. */
const MADE = new Set(['node_modules', 'dist', '.media', '.work'])

/**
 * The files below some folders of the project whose names match, as paths from its root with forward slashes.
 *
 * @param {readonly string[]} folders
 * @param {RegExp} name
 * @returns {string[]}
 */
export function projectFiles(folders, name) {
  return folders.flatMap((folder) => filesBelow(join(root, folder), name)).sort()
}

/**
 * @param {string} folder
 * @param {RegExp} name
 * @returns {string[]}
 */
function filesBelow(folder, name) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return MADE.has(entry.name) ? [] : filesBelow(path, name)
    return entry.isFile() && name.test(entry.name) ? [relative(root, path).split(sep).join('/')] : []
  })
}
