import { ROUTE_POLICY } from './route-policy.ts'

/** Every route but those that take whatever is left over. */
const ROUTES = Object.keys(ROUTE_POLICY)
  .map((route) => route.split(' ') as [method: string, pattern: string])
  .filter(([, pattern]) => !pattern.endsWith('*'))
  .map(([method, pattern]) => ({ method, path: new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`) }))

/** By which methods something can be asked at this path; none where nothing is. */
export function methodsAt(path: string): readonly string[] {
  const methods = ROUTES.filter((route) => route.path.test(path)).map(({ method }) => method)
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].sort()
}
