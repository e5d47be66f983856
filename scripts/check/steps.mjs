import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup/root.mjs'
import { projectFiles } from './project-files.mjs'
import { runTool } from './tool.mjs'

/**
 * The checks. Each tells what it found wrong, and how many files it read: a checker that reads nothing finds nothing, so
 * reading less than there is counts as a fault of its own.
 *
 * @typedef {{ fault?: string, note: string }} Finding
 * @type {Readonly<Record<string, () => Promise<Finding>>>}
 */
export const STEPS = {
  types: () => types('.', projectFiles(['src', 'test', 'bench'], /\.ts$/)),
  'types of the page': () => types('web', projectFiles(['web/src'], /\.tsx?$/)),
  style,
  promises,
  imports,
  'dead code': () => deadCode([]),
  'unused files': () => deadCode(['--production', '--include', 'files']),
  duplicates,
}

const SOURCES = ['src', 'test', 'bench', 'scripts', 'web/src'].filter((folder) => existsSync(join(root, folder)))

const PRODUCT = /(?<!\.test|\.test-support)\.(ts|tsx|mjs)$/

/** The compiler, which lists what it read. */
async function types(project, files) {
  const { code, output, stdout } = await runTool('typescript/bin/tsc', ['-p', project, '--noEmit', '--listFiles'])
  const read = new Set(stdout.split('\n').map((line) => line.replaceAll('\\', '/')))
  const here = root.replaceAll('\\', '/')
  const unread = files.filter((file) => !read.has(`${here}/${file}`))
  const errors = output
    .split('\n')
    .filter((line) => line !== '' && !/^\S+\.([cm]?ts|tsx|json)$/.test(line))
    .join('\n')
  return finding(code, errors || output, files, unread)
}

/** Biome: format and lint. */
async function style() {
  const files = projectFiles(SOURCES, /\.(ts|tsx|mjs)$/)
  const { code, output } = await runTool('@biomejs/biome/bin/biome', ['ci', '--colors=off', '--max-diagnostics=40'])
  return counted(code, output, files, /Checked (\d+) files?/)
}

/** Oxlint: rules that need types, raw HTML, ways out. */
async function promises() {
  const files = projectFiles(SOURCES, /\.(ts|tsx|mjs)$/)
  const { code, output } = await runTool('oxlint/bin/oxlint', ['--type-aware', '--deny-warnings', ...SOURCES])
  return counted(code, output, files, /on (\d+) files? with/)
}

/** dependency-cruiser: rings and islands. A file with imports in which it sees none was not understood. */
async function imports() {
  const files = projectFiles(SOURCES, /\.(ts|tsx|mjs)$/)
  const { code, output, stdout } = await runTool('dependency-cruiser/bin/dependency-cruiser.mjs', [
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'json',
    ...SOURCES,
  ])
  const result = parseJson(stdout)
  if (!result) return { fault: output || `dependency-cruiser ended with ${code} and said nothing.`, note: '' }
  const seen = new Map(result.modules.map(({ source, dependencies }) => [source, dependencies.length]))
  const unread = files.filter((file) => (seen.get(file) ?? -1) < (hasImports(file) ? 1 : 0))
  const violations = result.summary.violations.map(
    ({ rule, from, to, cycle }) =>
      `${rule.name}: ${from} → ${cycle?.map(({ name }) => name).join(' → ') || to}\n  ${commentOf(result, rule.name)}`,
  )
  return finding(violations.length, violations.join('\n'), files, unread)
}

function commentOf(result, name) {
  return result.summary.ruleSetUsed.forbidden.find((rule) => rule.name === name)?.comment ?? ''
}

function hasImports(file) {
  return /^(import|export) [^\n]*from '|^} from '|^import '/m.test(readFileSync(join(root, file), 'utf8'))
}

/** Knip: files, exports and packages nobody uses. Its second run leaves out the tests: what only they use is dead, too. */
async function deadCode(args) {
  const files = args.includes('--production')
    ? projectFiles(['src', 'web/src'], PRODUCT).filter((file) => !file.startsWith('src/adapters/memory/'))
    : projectFiles(SOURCES, /\.(ts|tsx|mjs)$/)
  const { code, output } = await runTool('knip/bin/knip.js', [
    ...args,
    '--no-config-hints',
    '--no-progress',
    '--reporter',
    'symbols',
    '--reporter',
    './scripts/check/knip-counts.mjs',
  ])
  return counted(code, output, files, /knip processed (\d+) files/)
}

/** jscpd: the same thing written twice. */
async function duplicates() {
  const { minLines } = JSON.parse(readFileSync(join(root, '.jscpd.json'), 'utf8'))
  const folders = SOURCES.filter((folder) => folder !== 'test')
  const files = projectFiles(folders, PRODUCT).filter((file) => linesIn(file) >= minLines)
  const folder = join(root, 'node_modules', '.cache', 'telereel', `jscpd-${process.pid}`)
  const { code, output } = await runTool('jscpd/bin/jscpd', ['--silent', '--output', folder, ...folders])
  const report = parseJson(readText(join(folder, 'jscpd-report.json')))
  if (!report) return { fault: output || `jscpd ended with ${code} and wrote no report.`, note: '' }
  const clones = report.duplicates.map(
    ({ firstFile, secondFile, lines }) =>
      `${lines} lines: ${firstFile.name}:${firstFile.start} = ${secondFile.name}:${secondFile.start}`,
  )
  const read = report.statistics.total.sources
  return finding(clones.length, clones.join('\n'), files, files.slice(read))
}

function linesIn(file) {
  return readFileSync(join(root, file), 'utf8').split('\n').length
}

/** A finding of a tool that tells only how many files it read. A file may be empty or hold too little to be counted. */
function counted(code, output, files, pattern) {
  const read = Number(pattern.exec(output)?.[1] ?? 0)
  return finding(code, output, files, files.slice(read))
}

/** Two files or a fiftieth may be missing: others are being written while we count. */
function finding(code, output, files, unread) {
  const note = `${files.length} files`
  if (code !== 0) return { fault: output.trim(), note }
  if (files.length === 0) return { fault: 'There is nothing to check.', note }
  const slack = Math.max(2, files.length / 50)
  if (unread.length > slack || unread.length === files.length) {
    const examples = unread.slice(0, 3).join(', ')
    return {
      fault: `Read only ${files.length - unread.length} of ${files.length} files; not, for instance, ${examples}.`,
      note,
    }
  }
  return { note }
}

function parseJson(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
