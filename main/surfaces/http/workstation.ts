import { randomBytes } from 'node:crypto'
import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import type { Mount } from './gateway.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.png': 'image/png',
}

/** What the page may load and run (security.md 1.3): itself, and styles that carry this page's nonce. */
const pagePolicy = (nonce: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')

const noncePlaceholder = '__CSP_NONCE__'

/**
 * The built renderer. It is public because it holds no secret: what it shows comes through methods, each with its policy.
 * @param folder the build's output; without one, the page says how to make it
 */
export function workstationMount(folder: string): Mount {
  const files = filesOf(folder)
  const page = files.get('/index.html')?.toString('utf8') ?? unbuilt
  return {
    prefix: '/',
    policy: 'public',
    maxBodyBytes: 0,
    handle: request => {
      const { pathname } = new URL(request.url)
      if (pathname === '/' || pathname === '/index.html') return pageResponse(page)
      const file = files.get(pathname)
      if (!file) {
        return Response.json(
          { code: 'not_found', message: 'There is nothing at this address.', hint: 'See /api/v1/docs.' },
          { status: 404 },
        )
      }
      return new Response(new Uint8Array(file), {
        headers: {
          'content-type': types[extname(pathname)] ?? 'application/octet-stream',
          // Names below assets/ carry a hash of what is in them.
          'cache-control': pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        },
      })
    },
  }
}

function pageResponse(page: string): Response {
  const nonce = randomBytes(16).toString('base64')
  return new Response(page.replace(noncePlaceholder, nonce), {
    headers: { 'content-type': types['.html'] ?? '', 'content-security-policy': pagePolicy(nonce) },
  })
}

/** All of it is read once: a request can name only what was there, so there is no path to escape by. */
function filesOf(folder: string): ReadonlyMap<string, Buffer> {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true, recursive: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw error
  }
  return new Map(
    entries
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .map(path => [`/${relative(folder, path).split(sep).join('/')}`, readFileSync(path)]),
  )
}

const unbuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Slipway</title>
<h1>Slipway is running</h1>
<p>Its screens are not built: in a checkout, <code>npm start</code> builds them. Every method is described at
<a href="/api/v1/docs">/api/v1/docs</a>, and the command line does the same work: <code>slipway --help</code>.</p></html>`
