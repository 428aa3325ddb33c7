import type { Folder } from './folder.ts'
import type { Reading } from './limits.ts'
import { refuse, refuseSize } from './refuse.ts'
import { readWhole } from './regular-file.ts'
import { isJsonArray, isJsonObject, type Json, type JsonObject, parseJsonObject } from './strict-json.ts'

const hint = 'Correct the template, or remove it and give one when the model is imported.'

/**
 * The chat template of a Hugging Face folder, where transformers looks: `chat_template.jinja`, `chat_template.json`, then
 * `tokenizer_config.json`. It is text from outside, at most 1 MB; a template of any other type is refused.
 */
export async function readChatTemplate(
  folder: Folder,
  tokenizerConfig: JsonObject | undefined,
  reading: Reading,
): Promise<string | undefined> {
  const { chatTemplateBytes, jsonBytes } = reading.limits
  const named = (path: string) => folder.members.find(member => member.path === path)
  const jinja = named('chat_template.jinja')
  if (jinja !== undefined) {
    if (jinja.sizeBytes > chatTemplateBytes) throw refuseSize(jinja.path, 'the chat template is longer than 1 MB.')
    return textOf(await readWhole(jinja.location, jinja.path, chatTemplateBytes, reading), jinja.path)
  }
  const json = named('chat_template.json')
  if (json !== undefined) {
    const object = parseJsonObject(await readWhole(json.location, json.path, jsonBytes, reading), json.path)
    return templateOf(object.get('chat_template'), json.path, chatTemplateBytes)
  }
  return templateOf(tokenizerConfig?.get('chat_template'), 'tokenizer_config.json', chatTemplateBytes)
}

/** One template, or the list of named ones of which "default" counts. */
function templateOf(value: Json | undefined, file: string, maxBytes: number): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return checked(value, file, maxBytes)
  if (!isJsonArray(value)) throw refuse(file, 'its chat_template is not text.', hint)
  const byName = new Map<string, string>()
  for (const item of value) {
    const name = isJsonObject(item) ? item.get('name') : undefined
    const template = isJsonObject(item) ? item.get('template') : undefined
    if (typeof name !== 'string' || typeof template !== 'string') {
      throw refuse(file, 'its chat_template is a list of something else than named templates.', hint)
    }
    byName.set(name, checked(template, file, maxBytes))
  }
  return byName.get('default')
}

/** The template if it is short enough. */
export function checked(template: string, file: string, maxBytes: number): string {
  if (Buffer.byteLength(template) > maxBytes) throw refuseSize(file, 'the chat template is longer than 1 MB.')
  return template
}

function textOf(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw Object.assign(refuse(file, 'it is not valid UTF-8 text.', hint), { cause })
  }
}
