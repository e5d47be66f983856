import { expect, it } from 'vitest'
import { methodsAt } from './methods-at.ts'

it.each([
  ['/api/download', ['POST']],
  ['/api/downloads', ['DELETE', 'GET', 'HEAD']],
  ['/api/downloads/j1', ['DELETE', 'PATCH']],
  ['/api/downloads/j1/pause', ['POST']],
  ['/health', ['GET', 'HEAD']],
  ['/', ['GET', 'HEAD']],
  ['/api', []],
  ['/library', []],
  ['/api/downloads/j1/pause/more', []],
])('%s can be asked by %j', (path, methods) => {
  expect(methodsAt(path)).toEqual(methods)
})
