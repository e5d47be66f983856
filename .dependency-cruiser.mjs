import { createRequire } from 'node:module'

/** The walker that comes with swc does not know `using` declarations and stops at them; it walks them as variables here. */
const { Visitor } = createRequire(import.meta.url)('@swc/core/Visitor.js')
const visitStatement = Visitor.prototype.visitStatement
Visitor.prototype.visitStatement = function visitAnyStatement(statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement)
  statement.decls = this.visitVariableDeclarators(statement.decls)
  return statement
}

/** The rings of the product. Each may import itself and what stands to its right; nothing else. */
const MAY_IMPORT = {
  lib: [],
  domain: ['lib'],
  config: ['lib'],
  features: ['domain', 'lib'],
  adapters: ['domain', 'lib'],
  surfaces: ['features', 'domain', 'lib'],
  app: ['surfaces', 'features', 'adapters', 'config', 'domain', 'lib'],
}

/** Rings whose folders are strangers to one another: no feature knows another feature. */
const ISLANDS = ['lib', 'features', 'adapters', 'surfaces']

const CONTRACT = '^src/surfaces/http/contract/'

/** Tests may reach for test/ and build what they need; what helps only them is named so. */
const TESTS = '\\.(test|test-support)\\.ts$'

const ringRules = Object.entries(MAY_IMPORT).map(([ring, allowed]) => ({
  name: `${ring}-imports-${allowed.length ? allowed.join('-and-') : 'nothing'}`,
  severity: 'error',
  comment: `src/${ring}/ may import ${allowed.join(', ') || 'no other ring'}. Move the code, or pass the thing in from app/.`,
  from: { path: `^src/${ring}/`, pathNot: TESTS },
  to: { path: '^(src|test|web|bench|scripts)/', pathNot: `^src/(${[ring, ...allowed].join('|')})/` },
}))

const islandRules = ISLANDS.map((ring) => ({
  name: `${ring}-are-islands`,
  severity: 'error',
  comment: `One folder of src/${ring}/ imports another. Let app/ connect them, or move what they share into domain/ or lib/.`,
  from: { path: `^src/${ring}/([^/]+)/`, pathNot: TESTS },
  to: { path: `^src/${ring}/`, pathNot: `^src/${ring}/$1/` },
}))

export default {
  forbidden: [
    ...ringRules,
    ...islandRules,
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one, or need a third. Types count too.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domain-and-features-touch-no-machine',
      severity: 'error',
      comment: 'Files, sockets, processes and vendor packages belong to adapters/ and surfaces/.',
      from: { path: '^src/(domain|features)/', pathNot: TESTS },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'page-imports-only-the-contract',
      severity: 'error',
      comment: 'The page and the server share src/surfaces/http/contract and nothing else.',
      from: { path: '^web/' },
      to: { path: '^(src|test|bench|scripts)/', pathNot: CONTRACT },
    },
    {
      name: 'contract-runs-in-browsers',
      severity: 'error',
      comment: 'The page bundles the contract: it may import itself and zod.',
      from: { path: CONTRACT, pathNot: TESTS },
      to: { pathNot: [CONTRACT, 'node_modules/zod/'] },
    },
    {
      name: 'product-runs-without-dev-packages',
      severity: 'error',
      comment: 'A package that src/ imports belongs to dependencies, not devDependencies.',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tests-stay-out-of-the-product',
      severity: 'error',
      comment: 'Product code imports a test or its helpers.',
      from: { path: '^(src|web)/', pathNot: TESTS },
      to: { path: [TESTS, '^test/'] },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      comment: 'What the checker cannot find, it cannot judge.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.media|\\.work)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
}
