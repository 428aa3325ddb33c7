import type { Mount } from './gateway.ts'

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Slipway</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:4rem auto;max-width:40rem;padding:0 1rem;color-scheme:light dark}code{font-size:.95em}</style>
<h1>Slipway is running</h1>
<p>Every method is described at <a href="/api/v1/docs">/api/v1/docs</a>, and OpenAI clients talk to <code>/v1</code> with a key
(<code>slipway keys create NAME --scope inference</code>). The command line does the same work: <code>slipway --help</code>.</p></html>`

/** What a browser sees at the address itself. It tells nothing about what is kept here. */
export const homeMount = (): Mount => ({
  prefix: '/',
  policy: 'public',
  maxBodyBytes: 0,
  handle: request =>
    new URL(request.url).pathname === '/'
      ? new Response(page, {
          headers: {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
          },
        })
      : Response.json(
          { code: 'not_found', message: 'There is nothing at this address.', hint: 'See /api/v1/docs.' },
          { status: 404 },
        ),
})
