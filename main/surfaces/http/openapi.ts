import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { errorCodes } from '../../contract/errors.ts'
import { contract } from '../../contract/index.ts'
import { type AnyMethod, listMethods } from '../../contract/walk.ts'
import type { Mount } from './gateway.ts'

/** The OpenAPI 3.1 document of every method that HTTP offers. */
export function openApiDocument() {
  return new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(contract, {
    info: {
      title: 'Slipway',
      version: '1',
      description: 'Models, datasets, training, evaluation and serving on this machine.',
    },
    servers: [{ url: '/api/v1' }],
    security: [{ key: [] }],
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    filter: ({ contract: method }) => (method as AnyMethod)['~orpc'].meta.surfaces.includes('http'),
    customErrorResponseBodySchema: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { enum: [...errorCodes] },
        message: { type: 'string' },
        hint: { type: 'string' },
        details: { type: 'object', additionalProperties: true },
      },
    },
  })
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** A readable page of all methods: plain HTML, no script, nothing from elsewhere. */
export function docsPage(): string {
  const rows = listMethods()
    .filter(({ facts }) => facts.surfaces.includes('http'))
    .map(({ method, facts, domain, verb }) => {
      const { method: verbName, path } = method['~orpc'].route
      const cells = [
        `${verbName} /api/v1${path}`,
        facts.description,
        facts.policy,
        facts.cli?.example ?? `${domain}.${verb}`,
      ]
      return `<tr>${cells.map((cell, i) => `<td>${i === 0 || i === 3 ? `<code>${escaped(cell)}</code>` : escaped(cell)}</td>`).join('')}</tr>`
    })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Slipway API</title>
<style>body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light dark}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid #8884;vertical-align:top}</style>
<h1>Slipway API</h1>
<p>Send <code>Authorization: Bearer KEY</code>. The machine-readable document is <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). Failures are <code>{"code", "message", "hint", "details"}</code>.</p>
<table><thead><tr><th>Method</th><th>Does</th><th>Scope</th><th>Command line</th></tr></thead><tbody>${rows.join('')}</tbody></table></html>`
}

/** `/api/v1/openapi.json` and `/api/v1/docs`. Both need a credential, like everything that tells what runs here. */
export function openApiMount(): readonly Mount[] {
  const document = { json: undefined as Promise<string> | undefined }
  return [
    {
      prefix: '/api/v1/openapi.json',
      policy: 'read',
      maxBodyBytes: 0,
      handle: async () => {
        document.json ??= openApiDocument().then(spec => JSON.stringify(spec))
        return new Response(await document.json, { headers: { 'content-type': 'application/json' } })
      },
    },
    {
      prefix: '/api/v1/docs',
      policy: 'read',
      maxBodyBytes: 0,
      handle: () =>
        new Response(docsPage(), {
          headers: {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
          },
        }),
    },
  ]
}
