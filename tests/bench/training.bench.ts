import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDir } from '../support/backend.ts'
import { openCli } from '../support/cli.ts'
import { type Bench, median, NotHere } from './table.ts'

const samples = fileURLToPath(new URL('../../resources/samples/', import.meta.url))
const rows = 480
const pairs = 3
// What both sides are told, in Slipway's words; `tune_bare.py` has the same options and defaults.
const settings = { epochs: 1, globalBatchSize: 8, maxSequenceLength: 160, loraRank: 32, learningRate: 0.002 }

/** Seconds from the first step to the last, as trl's bare script measures them around `trainer.train()`. */
async function bareSeconds(python: string, data: string, out: string): Promise<number> {
  const child = spawn(
    python,
    [
      join(samples, 'make', 'tune_bare.py'),
      ...['--model', join(samples, 'model'), '--data', data, '--out', out],
      ...['--epochs', `${settings.epochs}`, '--global-batch-size', `${settings.globalBatchSize}`],
      ...['--max-sequence-length', `${settings.maxSequenceLength}`, '--lora-rank', `${settings.loraRank}`],
      ...['--learning-rate', `${settings.learningRate}`],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, HF_HUB_OFFLINE: '1' } },
  )
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  const code = await new Promise(resolve => child.once('close', resolve))
  if (code !== 0) throw new Error(`the bare script ended with ${code}`)
  return (JSON.parse(said.trim().split('\n').at(-1) ?? '{}') as { seconds: number }).seconds
}

type Shown = { readonly metrics: Readonly<Record<string, number>> }

/** The same span of a run through the whole of Slipway: backend, runner, journal, database, live curve. */
async function ourSeconds(slipway: (...words: string[]) => Promise<unknown>, name: string): Promise<number> {
  const values = {
    ...settings,
    microBatchSize: settings.globalBatchSize,
    loraAlpha: 2 * settings.loraRank,
    loraDropout: 0,
    gradientCheckpointing: false,
    validationSplit: 0,
    saveStrategy: 'end',
    loggingSteps: 20,
  }
  const set = Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`])
  await slipway(
    'training',
    'start',
    '--method',
    'sft',
    '--model',
    'base',
    '--dataset',
    'rows',
    ...set,
    '--name',
    name,
    '--wait',
  )
  const { metrics } = (await slipway('training', 'show', name)) as Shown
  const { seconds } = metrics
  if (seconds === undefined) throw new Error('the run does not say how long it trained')
  return seconds
}

/** A run beside the same trl script run bare, turn by turn. */
export const bench: Bench = {
  name: 'training',
  run: async () => {
    const python = process.env.SLIPWAY_TEST_PYTHON
    if (!python) throw new NotHere('the Python environment is not built')
    const dir = temporaryDir('training bench')
    const cli = openCli()
    const slipway = async (...words: string[]): Promise<unknown> => {
      const { code, json, stderr, stdout } = await cli.run(...words, '--json')
      if (code !== 0) throw new Error(`slipway ${words.join(' ')} ended with ${code}: ${stdout}${stderr}`)
      return json()
    }
    try {
      const lines = readFileSync(join(samples, 'datasets', 'lab-notes-train.jsonl'), 'utf8')
        .split('\n')
        .slice(0, rows)
      const data = join(dir, 'rows.jsonl')
      writeFileSync(data, `${lines.join('\n')}\n`)
      await slipway('models', 'import', join(samples, 'model'), '--name', 'base')
      await slipway('datasets', 'import', data, '--name', 'rows')
      await slipway('datasets', 'freeze', 'rows')
      const ratios: number[] = []
      const seconds: string[] = []
      for (let pair = 0; pair < pairs; pair += 1) {
        const bare = await bareSeconds(python, data, join(dir, `bare-${pair}`))
        const ours = await ourSeconds(slipway, `run-${pair}`)
        ratios.push(ours / bare)
        seconds.push(`${ours.toFixed(1)} against ${bare.toFixed(1)} s`)
      }
      const ratio = median(ratios)
      return [
        {
          name: `training time against bare trl, ${rows / settings.globalBatchSize} steps`,
          value: `${ratio.toFixed(3)} ×`,
          bar: '≤ 1.02 ×',
          isReached: ratio <= 1.02,
          note: seconds.join(', '),
        },
      ]
    } finally {
      await cli.dispose()
      rmSync(dir, { recursive: true, force: true })
    }
  },
}
