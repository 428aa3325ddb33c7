import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** What the model card of a converted folder says. */
export const Card = z.object({
  /** The folder of the weights' own model. */
  weightsDir: z.string(),
  name: z.string(),
  license: z.string().optional(),
  /** One sentence: what was made from what. */
  origin: z.string(),
})
export type Card = z.output<typeof Card>

/**
 * Gives a converted folder what its weights came with: the licence texts, and a card with the licence's name. A licence
 * does not end with the format.
 */
export function writeCard(folder: string, { weightsDir, name, license, origin }: Card): void {
  for (const file of readdirSync(weightsDir, { withFileTypes: true })) {
    const isLicence = /^(licen[cs]e|copying|notice|use_policy)[\w.-]*$/i.test(file.name)
    if (!isLicence || file.isDirectory() || existsSync(join(folder, file.name))) continue
    copyFileSync(join(weightsDir, file.name), join(folder, file.name))
  }
  const head = license === undefined ? '' : `---\nlicense: ${JSON.stringify(license)}\n---\n\n`
  writeFileSync(join(folder, 'README.md'), `${head}# ${name}\n\n${origin}\n`, { mode: 0o600 })
}
