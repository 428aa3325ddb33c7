import { join } from 'node:path'
import { capture } from './child.mjs'
import { openStep, readableBytes, SetupError } from './report.mjs'

/**
 * Builds a Python environment unless a finished one is there. The builder is the one that the workstation uses.
 * @param {string} name such as `training`
 * @param {{ root: string, node: string, env: NodeJS.ProcessEnv }} place
 * @returns {Promise<string>} the environment's Python
 * @throws {SetupError} with cause and remedy
 */
export async function ensurePythonEnvironment(name, { root, node, env }) {
  const step = openStep(`Python, ${name}`)
  let finished
  let failed
  let chosen
  const onLine = line => {
    const event = parse(line)
    if (event?.event === 'chosen') {
      chosen = event
      if (event.warning) step.note(`note: ${event.warning}`)
    } else if (event?.event === 'progress') step.progress(progressText(event))
    else if (event?.event === 'finished') finished = event
    else if (event?.event === 'failed') failed = event
  }
  const { code, stderr } = await capture(node, [join(root, 'main', 'entry', 'build-environment.ts'), '-'], {
    cwd: root,
    env,
    input: JSON.stringify({ name, backend: 'auto' }),
    onLine,
  })
  if (failed)
    throw new SetupError(`Python, ${name}: ${failed.message}`, failed.hint ?? 'Run it again; nothing was changed.')
  if (code !== 0 || !finished) {
    throw new SetupError(
      `Python, ${name}: the builder ended with code ${code}.`,
      stderr.trim().split('\n').at(-1) ?? '',
    )
  }
  const { stamp, warnings, fresh } = finished
  for (const { cause, remedy } of warnings) step.note(`note: ${cause} ${remedy}`)
  if (fresh) {
    const torch = stamp.probe.torch ? `, torch ${stamp.probe.torch.version}` : ''
    step.done(
      `${chosen?.backend ?? stamp.backend}, Python ${stamp.python.version}${torch}, ${readableBytes(stamp.sizeBytes)}`,
    )
  }
  return finished.python
}

function progressText({ done, total, note }) {
  const amount = total ? `${readableBytes(done)} of at most ${readableBytes(total)}, ` : ''
  return amount + note
}

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    // Not the wire: a library's own print.
    return undefined
  }
}
