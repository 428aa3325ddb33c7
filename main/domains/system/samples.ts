import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { AppError } from '../../contract/errors.ts'
import type { Samples } from '../../contract/system.ts'

const Parameters = z.record(z.string(), z.unknown())

/**
 * Where the bundled samples lie and how large they are.
 * @param folder the samples' own folder: of the checkout, or among the resources of a packaged app
 * @throws AppError `missing_requirement` when a part of them is not there or cannot be read
 */
export async function describeSamples(folder: string): Promise<Samples> {
  const model = join(folder, 'model')
  const file = async (...parts: readonly string[]) => {
    const path = join(folder, ...parts)
    return { path, sizeBytes: (await stat(path)).size }
  }
  try {
    return {
      model: { path: model, sizeBytes: await bytesOf(model) },
      train: await file('datasets', 'lab-notes-train.jsonl'),
      heldOut: await file('datasets', 'lab-notes-heldout.jsonl'),
      parameters: Parameters.parse(JSON.parse(await readFile(join(folder, 'tour.json'), 'utf8'))),
    }
  } catch (cause) {
    throw new AppError('missing_requirement', `The samples in ${folder} are not complete.`, {
      hint: 'Install Slipway again, or go the same way with a model and rows of your own.',
      cause,
    })
  }
}

async function bytesOf(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async name => (await stat(join(folder, name))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
