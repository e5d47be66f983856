import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../setup/root.mjs'

const RULE_FILES = [
  'tsconfig.json',
  'biome.json',
  '.oxlintrc.json',
  '.dependency-cruiser.mjs',
  'knip.json',
  '.jscpd.json',
]

/** A tiny product without a fault: a file in every ring, and a page. */
const CLEAN = {
  'src/lib/one/one.ts': 'export type One = 1\n\nexport const one: One = 1\n',
  'src/lib/two/two.ts': 'export const two = (): Promise<number> => Promise.resolve(2)\n',
  'src/domain/three.ts': `import { one } from '#lib/one/one.ts'\n\nexport const three = one + 2\n`,
  'src/features/four/four.ts': `import { three } from '#domain/three.ts'\n\nexport const four = three + 1\n`,
  'src/surfaces/http/contract/five.ts': 'export interface Five {\n  readonly five: 5\n}\n',
  'src/app/main.ts':
    `import { four } from '#features/four/four.ts'\nimport { two } from '#lib/two/two.ts'\n` +
    `import type { Five } from '#surfaces/http/contract/five.ts'\n\n` +
    'const five: Five = { five: 5 }\nprocess.exitCode = (await two()) + four - five.five - 1\n',
  'web/src/main.tsx':
    `import type { Five } from '../../src/surfaces/http/contract/five.ts'\n\n` +
    'const five: Five = { five: 5 }\ndocument.title = String(five.five)\n',
  'web/tsconfig.json': JSON.stringify({
    extends: '../tsconfig.json',
    compilerOptions: {
      lib: ['ES2024', 'DOM'],
      types: [],
      jsx: 'react-jsx',
      moduleResolution: 'bundler',
      module: 'esnext',
    },
    include: ['src'],
  }),
}

/** What the checks themselves leave unused of the setup they share with `npm start`. */
const USES_SETUP =
  `import { hasCommand, outputOf, run, runNpm, stopWithNpm } from './setup/run.mjs'\n\n` +
  'export const uses = [hasCommand, outputOf, run, runNpm, stopWithNpm]\n'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telereel-checks-'))
  for (const name of RULE_FILES) cpSync(join(root, name), join(folder, name))
  for (const name of ['check', 'check.mjs', 'setup/root.mjs', 'setup/run.mjs']) {
    cpSync(join(root, 'scripts', name), join(folder, 'scripts', name), {
      recursive: true,
      filter: (path) => !path.includes('.test.'),
    })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  write('package.json', JSON.stringify({ name: 'tiny', type: 'module', private: true, imports, workspaces: ['web'] }))
  write('web/package.json', JSON.stringify({ name: 'tiny-web', type: 'module', private: true }))
  write('scripts/setup-uses.mjs', USES_SETUP)
  for (const [name, text] of Object.entries(CLEAN)) write(name, text)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name, text) {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
}

/** Runs one check, or all, in the tiny product; the answer is all it printed. */
function check(...names) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/check.mjs', ...names], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: undefined },
  })
  return { status, output: stdout + stderr }
}

describe('npm run check', () => {
  it('passes a product without a fault', () => {
    const { status, output } = check()
    expect(output).toContain('8 checks passed, 0 failed')
    expect(status).toBe(0)
  })

  it('refuses a check that does not exist', () => {
    expect(check('spelling').status).toBe(1)
  })

  it('sees wrong types, in the page too', () => {
    write('src/lib/one/one.ts', `export const one: number = 'one'\n`)
    write('web/src/wrong.tsx', `export const wrong: number = 'one'\n`)
    expect(check('types').output).toContain('src/lib/one/one.ts(1,14): error TS2322')
    expect(check('types of the page').output).toContain('web/src/wrong.tsx(1,14): error TS2322')
  })

  it('sees faults of style: format, size, names, console, the environment, focused tests', () => {
    write('src/lib/one/Wrong_Name.ts', 'export enum Wrong {\n  A,\n}\n')
    write('src/lib/one/loud.ts', 'console.log(process.env.HOME)\n')
    write('src/lib/one/unformatted.ts', 'export   const a = "b";\n')
    write('src/lib/one/long.ts', Array.from({ length: 401 }, (_, line) => `export const a${line} = ${line}\n`).join(''))
    write('src/lib/one/a.test.ts', `import { it } from 'vitest'\n\nit.only('is alone', () => {})\n`)
    const { status, output } = check('style')
    expect(status).toBe(1)
    const rules = [
      'noConsole',
      'noProcessEnv',
      'noEnum',
      'useFilenamingConvention',
      'noExcessiveLinesPerFile',
      'noFocusedTests',
    ]
    for (const rule of [...rules, 'unformatted.ts format']) expect(output).toContain(rule)
  })

  it('sees promises left alone, raw HTML and ways out past web-fetch', () => {
    write(
      'src/lib/two/wrong.ts',
      `import { two } from './two.ts'\n\nexport async function wrong(): Promise<void> {\n  two()\n  await 3\n` +
        `  if (two()) await fetch('http://a')\n  await globalThis.fetch('http://b')\n}\n`,
    )
    write(
      'web/src/raw.tsx',
      `export const Raw = ({ text }: { text: string }) => <p dangerouslySetInnerHTML={{ __html: text }} />\n\n` +
        `export const raw = (node: Element, text: string) => {\n  node.innerHTML = text\n}\n`,
    )
    const { status, output } = check('promises')
    expect(status).toBe(1)
    const rules = [
      'no-floating-promises',
      'await-thenable',
      'no-misused-promises',
      'no-restricted-globals',
      `'globalThis.fetch' is restricted`,
      'no-danger',
      'innerHTML',
    ]
    for (const rule of rules) expect(output).toContain(rule)
  })

  it('sees imports against the rings, across islands, around in circles and out of the page', () => {
    write('src/lib/one/ring.ts', `import { three } from '#domain/three.ts'\n\nexport const ring = three\n`)
    write('src/lib/one/island.ts', `import { two } from '#lib/two/two.ts'\n\nexport const island = two\n`)
    write('src/domain/machine.ts', `import { readFileSync } from 'node:fs'\n\nexport const machine = readFileSync\n`)
    write('src/features/four/vendor.ts', `import { z } from 'zod'\n\nexport const vendor = z\n`)
    write('src/lib/two/a.ts', `import type { B } from './b.ts'\n\nexport interface A {\n  readonly b: B\n}\n`)
    write('src/lib/two/b.ts', `import type { A } from './a.ts'\n\nexport interface B {\n  readonly a: A\n}\n`)
    write('src/lib/two/tested.ts', `import { c } from './c.test-support.ts'\n\nexport const tested = c\n`)
    write('src/lib/two/c.test-support.ts', 'export const c = 3\n')
    write('src/lib/two/lost.ts', `import { gone } from './gone.ts'\n\nexport const lost = gone\n`)
    write('web/src/deep.tsx', `import { three } from '../../src/domain/three.ts'\n\nexport const deep = three\n`)
    write('src/surfaces/http/contract/node.ts', `import { join } from 'node:path'\n\nexport const node = join\n`)
    write(
      'src/lib/two/held.ts',
      `import { two } from './two.ts'\n\nexport async function held(open: () => AsyncDisposable) {\n` +
        `  await using _file = open()\n  return await two()\n}\n`,
    )
    const { status, output } = check('imports')
    expect(status).toBe(1)
    const rules = [
      'lib-imports-nothing: src/lib/one/ring.ts',
      'lib-are-islands: src/lib/one/island.ts',
      'domain-and-features-touch-no-machine: src/domain/machine.ts',
      'domain-and-features-touch-no-machine: src/features/four/vendor.ts',
      'no-cycles: src/lib/two/',
      'tests-stay-out-of-the-product: src/lib/two/tested.ts',
      'nothing-unresolved: src/lib/two/lost.ts',
      'page-imports-only-the-contract: web/src/deep.tsx',
      'contract-runs-in-browsers: src/surfaces/http/contract/node.ts',
    ]
    for (const rule of rules) expect(output).toContain(rule)
    expect(output).not.toContain('held.ts')
  })

  it('sees what nobody uses: exports, files, and files that only tests use', () => {
    write('src/lib/one/one.ts', 'export const one = 1\nexport const unused = 2\nexport type One = 1\n')
    write('src/lib/one/forgotten.ts', 'export const forgotten = 1\n')
    write('src/lib/one/tested-only.ts', 'export const testedOnly = 1\n')
    write(
      'src/lib/one/tested-only.test.ts',
      `import { testedOnly } from './tested-only.ts'\n\nprocess.exitCode = testedOnly\n`,
    )
    const all = check('dead code').output
    for (const name of ['unused', 'src/lib/one/forgotten.ts']) expect(all).toContain(name)
    const files = check('unused files')
    expect(files.output).toContain('src/lib/one/tested-only.ts')
    expect(files.status).toBe(1)
  })

  it('sees what was written twice', () => {
    const lines = Array.from({ length: 20 }, (_, line) => `  const value${line} = Math.max(seed, ${line}) + ${line}\n`)
    const body = `(seed: number) {\n${lines.join('')}  return value19\n}\n`
    write('src/lib/one/again.ts', `export function again${body}`)
    write('src/lib/two/again.ts', `export function more${body}`)
    const { status, output } = check('duplicates')
    expect(output).toMatch(/\d+ lines: .*again\.ts:\d+ = .*again\.ts:\d+/)
    expect(status).toBe(1)
  })

  it.each([
    [
      'types',
      'tsconfig.json',
      (text) => text.replace('"include": ["src", "test", "bench"]', '"files": ["src/lib/one/one.ts"]'),
    ],
    ['style', 'biome.json', (text) => text.replace('"src/**"', '"src/app/**"')],
    ['promises', '.oxlintrc.json', (text) => text.replace('"ignorePatterns": [', '"ignorePatterns": ["src", ')],
    ['imports', '.dependency-cruiser.mjs', (text) => text.replace("exclude: { path: '", "exclude: { path: '^src/lib|")],
    ['dead code', 'knip.json', (text) => text.replaceAll('src/**/*', 'nowhere/**/*')],
    ['duplicates', '.jscpd.json', (text) => text.replace('"typescript": ["ts"], ', '')],
  ])('does not trust %s when %s makes it read too little', (name, ruleFile, spoil) => {
    for (let more = 0; more < 10; more++) {
      const lines = Array.from({ length: 6 }, (_, line) => `export const more${line} = 'more ${more} ${line}'\n`)
      write(
        `src/lib/one/more-${more}.ts`,
        `import type { One } from './one.ts'\n\n${lines.join('')}export type More = One\n`,
      )
    }
    const before = readFileSync(join(folder, ruleFile), 'utf8')
    const after = spoil(before)
    expect(after).not.toBe(before)
    write(ruleFile, after)
    const { status, output } = check(name)
    expect(status).toBe(1)
    expect(output).toMatch(/Read only \d+ of \d+ files/)
  })
})
