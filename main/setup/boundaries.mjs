import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

// Who may import whom (architecture.md 2). A layer not named here is free: entry wires everything, tests use anything.
const rules = [
  { from: /^main\/contract\//, may: [/^main\/contract\//], packages: [/^zod$/, /^@orpc\/contract$/] },
  { from: /^main\/platform\//, may: [/^main\/platform\//, /^main\/contract\//] },
  { from: /^main\/domains\/([^/]+)\//, may: [/^main\/domains\/$1\//, /^main\/platform\//, /^main\/contract\//] },
  { from: /^main\/surfaces\//, may: [/^main\/surfaces\//, /^main\/platform\//, /^main\/contract\//] },
  { from: /^main\/shell\//, may: [/^main\/shell\//, /^main\/platform\//, /^main\/contract\//] },
  { from: /^renderer\//, may: [/^renderer\//, /^main\/contract\//], node: false },
  { from: /^preload\//, may: [/^preload\//, /^main\/contract\//] },
]
const testFile = /\.test\.[cm]?tsx?$/
const importing =
  /(?:^|\n)\s*(?:import|export)\s+(?:[\w$*{}\s,]+?\sfrom\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/g

/**
 * Every import that breaks the rules, as `file: reason`.
 * @param {string} root the checkout
 * @returns {string[]}
 */
export function brokenBoundaries(root) {
  return ['main', 'renderer', 'preload']
    .flatMap(top => sources(join(root, top)))
    .flatMap(file => {
      const path = relative(root, file).split(sep).join('/')
      return check(path, readFileSync(file, 'utf8'))
    })
}

/**
 * @param {string} path of the file, from the root, with forward slashes
 * @param {string} text its source
 * @returns {string[]}
 */
export function check(path, text) {
  const found = []
  const rule = rules.find(({ from }) => from.test(path))
  for (const [, fromClause, dynamic] of text.matchAll(importing)) {
    const target = fromClause ?? dynamic ?? ''
    if (target === 'electron' && !/^main\/(shell|entry)\/|^preload\//.test(path)) {
      found.push(`${path}: only main/shell imports electron`)
    }
    if (!rule) continue
    if (target.startsWith('.')) {
      const reached = relative('/', resolve('/', dirname(path), target))
        .split(sep)
        .join('/')
      const own = rule.from.exec(path)?.[1] ?? ''
      const allowed = rule.may.map(pattern => new RegExp(pattern.source.replace('$1', own)))
      if (testFile.test(path)) allowed.push(/^tests\/(support|fixtures)\//)
      if (!allowed.some(pattern => pattern.test(reached))) found.push(`${path}: must not import ${reached}`)
    } else if (!testFile.test(path) && rule.packages && !rule.packages.some(pattern => pattern.test(target))) {
      found.push(`${path}: must not import the package ${target}`)
    } else if (rule.node === false && target.startsWith('node:')) {
      found.push(`${path}: must not import ${target}`)
    }
  }
  return found
}

function sources(folder) {
  let entries
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch {
    // Not every top folder exists yet in every checkout.
    return []
  }
  return entries.flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sources(path)
    return /\.[cm]?tsx?$/.test(entry.name) ? [path] : []
  })
}
