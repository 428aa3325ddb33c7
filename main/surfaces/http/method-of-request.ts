import type { ListedMethod } from '../../contract/walk.ts'

/** Which method a request names, by its path and verb alone: before its body is read. Undefined where that is none. */
export type MethodOfRequest = (request: Request) => ListedMethod | undefined

/** For `/rpc/<domain>/<verb>`. */
export function methodsByName(prefix: string, methods: readonly ListedMethod[]): MethodOfRequest {
  const byPath = new Map(methods.map(method => [`${prefix}/${method.domain}/${method.verb}`, method]))
  return ({ url }) => byPath.get(new URL(url).pathname)
}

/** For the routes of the public interface, such as `GET /api/v1/models/{id}`. */
export function methodsByRoute(prefix: string, methods: readonly ListedMethod[]): MethodOfRequest {
  const routes = methods.map(listed => {
    const { method: verb = 'GET', path = '/' } = listed.method['~orpc'].route
    return { listed, verb, pattern: new RegExp(`^${prefix}${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), path }
  })
  // A word is nearer than a place for one: /datasets/detect is no dataset of that name.
  const nearestFirst = routes.sort((a, b) => a.path.split('{').length - b.path.split('{').length)
  return ({ url, method }) => {
    const { pathname } = new URL(url)
    return nearestFirst.find(({ verb, pattern }) => verb === method && pattern.test(pathname))?.listed
  }
}
