import { createHash } from 'node:crypto'
import type { DesktopLanguage } from '../../preload/desktop-api.ts'
import type { AppError } from '../contract/errors.ts'
import { saidIn, wordsIn } from './strings.ts'

/** Where the failure page's button leads: the shell itself answers there. */
export const retryPath = '/shell/retry'

const style = `
:root{color-scheme:light dark;--ground:#f8fafc;--text:#172126;--soft:#465258;--line:#c4ccd0;--fill:#12659f}
@media (prefers-color-scheme:dark){:root{--ground:#161c1f;--text:#e6eaed;--soft:#b6bfc4;--line:#3b454b;--fill:#2877b1}}
body{margin:0;background:var(--ground);color:var(--text);font:13px/20px "IBM Plex Sans Variable",system-ui,"Noto Sans CJK SC",sans-serif}
main{max-width:44rem;margin:18vh auto 0;padding:0 28px}
h1{font-size:17px;line-height:24px;font-weight:600;margin:0 0 16px}
dt{color:var(--soft);font-size:12px;line-height:16px}dd{margin:4px 0 16px;overflow-wrap:anywhere}
code{font-family:"JetBrains Mono Variable",ui-monospace,monospace;font-size:12px;user-select:all}
p{color:var(--soft)}
nav{display:flex;gap:8px;margin-top:20px}
a,button{box-sizing:border-box;height:28px;padding:0 12px;border:1px solid var(--line);border-radius:4px;background:none;color:var(--text);font-family:inherit;font-size:13px;font-weight:500;line-height:26px;text-decoration:none;cursor:pointer}
a{background:var(--fill);border-color:var(--fill);color:#fff}
a:focus-visible,button:focus-visible{outline:2px solid var(--fill);outline-offset:1px}`
const script = `const button=document.querySelector('button');
button.addEventListener('click',()=>window.slipwayDesktop.showItemInFolder(button.value));
document.querySelector('a').focus()`
const digestOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const policy = `default-src 'none'; style-src ${digestOf(style)}; script-src ${digestOf(script)}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** The screen of a window whose backend cannot start: what happened, why, what to do, where the logs are. */
export function failurePage(failure: AppError, logFiles: readonly string[], language: DesktopLanguage): Response {
  const say = wordsIn(language)
  const said = saidIn(language)
  const html = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>Slipway</title><style>${style}</style></head>
<body><main><h1>${say('unavailable')}</h1>
<dl><dt>${say('unavailableCause')}</dt><dd>${escaped(said(failure.message))}</dd>
<dt>${say('unavailableRemedy')}</dt><dd>${escaped(failure.hint === undefined ? say('retry') : said(failure.hint))}</dd>
<dt>${say('unavailableLogs')}</dt><dd>${logFiles.map(file => `<code>${escaped(file)}</code>`).join('<br>')}</dd></dl>
<nav><a href="${retryPath}">${say('retry')}</a><button value="${escaped(logFiles[0] ?? '')}">${say('showLog')}</button></nav>
<p>${say('unavailableKept')}</p></main><script>${script}</script></body></html>`
  return page(html, 503)
}

/** After a try that helped: on to the workstation. */
export const recoveredPage = (): Response =>
  page('<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>Slipway</title>', 200)

const page = (html: string, status: number): Response =>
  new Response(html, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string => text.replace(/[&<>"']/g, char => entities[char] ?? char)
