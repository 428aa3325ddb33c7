import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { sample } from './workstation.ts'

type Row = { readonly messages: readonly { readonly role: string; readonly content: string }[] }

const heldOut = readFileSync(sample('datasets/lab-notes-heldout.jsonl'), 'utf8').split('\n')
const firstRow = JSON.parse(heldOut[0] ?? '') as Row
const said = (role: string): string => firstRow.messages.find(message => message.role === role)?.content ?? ''

/** What the first held-out row asks, and the record that its note should become. */
export const question = said('user')
export const reference = JSON.parse(said('assistant')) as Readonly<Record<string, unknown>>

const minuteMs = 60_000
/** Training on two cores takes about two minutes; on a machine that other work keeps busy, many times that. */
const longestStepMs = 60 * minuteMs

/** One of the tour's steps, counted from 1. */
const stepOf = (page: Page, number: number): Locator => page.locator('.ways > li').nth(number - 1)

/** Waits until a step says that it is done; a step that says that it failed ends the wait with its words. */
async function untilDone(page: Page, number: number): Promise<void> {
  const step = stepOf(page, number)
  await step.and(page.locator('[data-state="done"], [data-state="failed"]')).waitFor({ timeout: longestStepMs })
  if ((await step.getAttribute('data-state')) === 'failed') throw new Error((await step.textContent()) ?? '')
}

/** The step's turn has come: its button is there. */
const untilReady = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).waitFor({ timeout: minuteMs })

/** Waits until a step shows how far it is: done of total. */
const untilCounted = (page: Page, number: number, unit: RegExp): Promise<void> =>
  stepOf(page, number).locator('.fig').filter({ hasText: unit }).first().waitFor({ timeout: longestStepMs })

/** The Python environment is built where it is missing, as a newcomer would do it. */
async function buildWhereMissing(page: Page): Promise<void> {
  const start = page.getByRole('button', { name: 'Start tuning', exact: true })
  const build = page.getByRole('button', { name: 'Build the environment', exact: true })
  await start.or(build).waitFor({ timeout: minuteMs })
  if (await build.isVisible()) await build.click()
  await start.waitFor({ timeout: longestStepMs })
}

/**
 * Goes the whole way as a newcomer in English would, with clicks and keys alone: imports the sample model and its rows,
 * tunes, evaluates before and after, serves, and asks the tuned model in the playground. Starts on the home page of an
 * empty data folder; works the same in a browser and in the desktop window.
 * @returns what the tuned model answered to the first held-out question
 */
export async function goGuidedTour(page: Page): Promise<string> {
  await page.getByRole('heading', { name: 'Home' }).waitFor()

  await untilReady(page, 'Import the sample model')
  await page.keyboard.press('Control+Enter')
  await untilDone(page, 1)

  await untilReady(page, 'Import the rows')
  await page.getByRole('button', { name: 'Import the rows', exact: true }).click()
  await untilDone(page, 2)

  await buildWhereMissing(page)
  await stepOf(page, 3).getByText('Planned peak').waitFor({ timeout: minuteMs })
  await page.keyboard.press('Control+Enter')
  await untilCounted(page, 3, /\d \/ 300 steps/)
  await lookElsewhereAndReturn(page)
  await untilDone(page, 3)

  await untilReady(page, 'Evaluate both')
  await page.keyboard.press('Control+Enter')
  await untilCounted(page, 4, /\d \/ 480 rows/)
  await untilDone(page, 4)

  await untilReady(page, 'Serve the tuned model')
  await page.keyboard.press('Control+Enter')
  await untilDone(page, 5)

  await untilReady(page, 'Open the playground')
  await page.keyboard.press('Control+Enter')
  const answer = await ask(page)

  await pressGoTo(page, 'h')
  // Whoever has gone the whole way is shown what happened here last; the way itself stays one click away.
  await page.getByText('Latest runs').waitFor({ timeout: minuteMs })
  await page.getByText('First steps', { exact: true }).click()
  await page.getByText('All six steps are done.').waitFor({ timeout: minuteMs })
  return answer
}

/** A run goes on while its own page and another one are looked at, and the tour still knows it. */
async function lookElsewhereAndReturn(page: Page): Promise<void> {
  await stepOf(page, 3).getByRole('link', { name: 'Open: Tune it' }).click()
  await page.locator('main h1').filter({ hasText: 'sample-tuned' }).waitFor({ timeout: minuteMs })
  await pressGoTo(page, 'j')
  await page.getByRole('grid', { name: 'Jobs' }).getByText('sample-tuned').waitFor({ timeout: minuteMs })
  await pressGoTo(page, 'h')
  await stepOf(page, 3).and(page.locator('[data-state="running"], [data-state="done"]')).waitFor({ timeout: minuteMs })
}

async function ask(page: Page): Promise<string> {
  const input = page.locator('main textarea').first()
  await input.waitFor({ timeout: minuteMs })
  await page.waitForFunction(
    text => document.querySelector<HTMLTextAreaElement>('main textarea')?.value === text,
    question,
  )
  await input.focus()
  await page.keyboard.press('Enter')
  const log = page.getByRole('log', { name: 'assistant' })
  // The question is the first turn; the answer is whole once its buttons are there.
  const answer = log.locator('.turn').nth(1)
  await answer.locator('.turn-acts').waitFor({ timeout: 5 * minuteMs })
  return (await answer.locator('p').first().textContent()) ?? ''
}

/** G, then a letter: the way to a page by keys. Focus may be in a text field, where letters are text. */
async function pressGoTo(page: Page, letter: string): Promise<void> {
  await page.locator('main').first().focus()
  // One right behind the other, as a person does it: an answer to the first is not waited for.
  await Promise.all([page.keyboard.press('g'), page.keyboard.press(letter)])
}
