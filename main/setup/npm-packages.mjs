import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from './child.mjs'
import { oneAtATime } from './lock.mjs'
import { openStep, readableBytes, SetupError } from './report.mjs'

const stampFile = join('node_modules', '.slipway-setup.json')

// Packages whose install scripts may run. All of ours work without: their binaries are inside the packages.
const scriptsAllowed = []

/**
 * Installs what package-lock.json says, unless it is there already.
 * @param {string} root the checkout
 * @param {NodeJS.ProcessEnv} env
 * @throws {SetupError} with cause and remedy
 */
export async function ensureNpmPackages(root, env) {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const lockHash = createHash('sha256').update(lockText).digest('hex')
  if (readStamp(root) === lockHash) return
  const step = openStep('npm packages')
  const onWait = pid => step.note(`Waiting for another set-up of this checkout (process ${pid}).`)
  try {
    await oneAtATime(join(root, '.cache', 'setup.lock'), { onWait }, async () => {
      if (readStamp(root) !== lockHash) await install(root, env, step, { lockText, lockHash })
    })
  } catch (error) {
    throw error instanceof SetupError || !error.code ? error : npmFailure(`npm error ${error.message}`, env)
  }
}

async function install(root, env, step, { lockText, lockHash }) {
  if (!isInstalled(root, JSON.parse(lockText))) {
    step.progress('npm ci')
    await npmCi(root, env)
    for (const name of scriptsAllowed) await npm(root, env, ['rebuild', '--ignore-scripts=false', name])
  }
  writeFileSync(join(root, stampFile), `${JSON.stringify({ lockHash })}\n`)
  const { files, bytes } = measure(join(root, 'node_modules'))
  step.done(`${Object.keys(installedPackages(root)).length} packages, ${readableBytes(bytes)}, ${files} files`)
}

function readStamp(root) {
  try {
    return JSON.parse(readFileSync(join(root, stampFile), 'utf8')).lockHash
  } catch {
    // Never installed, or npm removed the folder: both mean that it is to be done.
    return undefined
  }
}

function installedPackages(root) {
  try {
    return JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages ?? {}
  } catch {
    // npm writes this file last: without it, an installation was interrupted or never made.
    return {}
  }
}

/** Whether somebody's own `npm install` already put exactly the locked packages there (optional ones may lack). */
export function isInstalled(root, lock) {
  const installed = installedPackages(root)
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === '' || wanted.link) return true
    const found = installed[path]
    if (!found) return wanted.optional === true
    return found.version === wanted.version && found.integrity === wanted.integrity
  })
}

async function npmCi(root, env) {
  const offline = env.SLIPWAY_OFFLINE === 'hard' ? ['--offline'] : []
  const { code, stderr } = await npm(root, env, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...offline])
  if (code !== 0) throw npmFailure(stderr, env)
}

function npm(root, env, args) {
  // `npm run` tells which npm it is; that one is used, with the Node that it runs on.
  const script = env.npm_execpath?.endsWith('.js') && existsSync(env.npm_execpath) ? env.npm_execpath : undefined
  const options = { cwd: root, env: { ...env, ONNXRUNTIME_NODE_INSTALL: 'skip' } }
  if (script) return capture(process.execPath, [script, ...args], options)
  // On Windows npm is a command file, which only a shell runs; the arguments are ours and hold nothing to quote.
  const windows = process.platform === 'win32'
  return capture(windows ? 'npm.cmd' : 'npm', args, { ...options, shell: windows }).catch(error => {
    throw new SetupError(`npm packages: npm cannot be run (${error.message}).`, 'Install npm; it comes with Node.')
  })
}

const causes = [
  {
    when: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED/,
    why: 'the npm registry could not be reached',
    hint: 'Check the network, the proxy (npm config get proxy https-proxy, HTTPS_PROXY) and the registry (npm config get registry). After one run with a network, everything works without.',
  },
  {
    when: /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT|CERT_HAS_EXPIRED|UNABLE_TO_GET_ISSUER_CERT/,
    why: "the registry's certificate is not trusted",
    hint: "Name your organisation's certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or npm config set cafile.",
  },
  {
    when: /ENOSPC|EDQUOT/,
    why: 'the disk is full',
    hint: 'Free about 2 GB on the disk of this checkout and of the npm cache (npm config get cache).',
  },
  {
    when: /EROFS|EACCES|EPERM/,
    why: 'a folder cannot be written',
    hint: 'The checkout and the npm cache (npm config get cache) must belong to this user. Do not use sudo.',
  },
  {
    when: /E401|E403|ENEEDAUTH/,
    why: 'the registry refused access',
    hint: 'Log in to it (npm login) or name another: npm config set registry.',
  },
  {
    when: /EINTEGRITY/,
    why: 'the registry served a package that is not the locked one',
    hint: 'Empty the cache (npm cache clean --force) and try again; if it stays, tell whoever runs the registry.',
  },
  {
    when: /E404|ETARGET/,
    why: 'the registry lacks a locked package',
    hint: 'A mirror must carry every version in package-lock.json.',
  },
  {
    when: /EUSAGE|in sync/,
    why: 'package.json and package-lock.json do not agree',
    hint: 'Run: npm install --package-lock-only, and commit the result.',
  },
]

/** npm's failure in a person's words. */
export function npmFailure(stderr, env = {}) {
  if (env.SLIPWAY_OFFLINE === 'hard' && /ENOTCACHED/.test(stderr)) {
    return new SetupError(
      'npm packages: SLIPWAY_OFFLINE=hard forbids downloads, and the npm cache lacks some.',
      'Run it once without SLIPWAY_OFFLINE.',
    )
  }
  const known = causes.find(({ when }) => when.test(stderr))
  const said = stderr
    .split('\n')
    .filter(line => /^npm (error|ERR!)/.test(line) && !/A complete log|debug-0/.test(line))
    .slice(0, 3)
    .join('\n')
    .replace(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')
  return new SetupError(
    `npm packages: ${known?.why ?? 'npm ci failed'}.${said ? `\n${said}` : ''}`,
    known?.hint ?? 'npm ci --ignore-scripts shows the whole output.',
  )
}

function measure(folder) {
  let files = 0
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      const inner = measure(path)
      files += inner.files
      bytes += inner.bytes
    } else {
      files++
      bytes += lstatSync(path).size
    }
  }
  return { files, bytes }
}
