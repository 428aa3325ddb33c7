import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { FolderSearch } from 'lucide-react'
import { useState } from 'react'
import { said } from '../../lib/backend-words.ts'
import { api, client } from '../../lib/client.ts'
import { failureOf } from '../../lib/failure.ts'
import { bytes, number } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { go } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { ProgressLine } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { registrable, summarise } from './found-models.ts'

const phrases = dictionary({
  title: ['Already on this machine', '本机已有'],
  note: ['Headers were read, nothing was copied or loaded.', '仅读取文件头，没有复制或加载。'],
  searching: ['Looking through the known stores …', '正在查找常用目录……'],
  folder: ['Folders', '文件夹'],
  huggingface: ['Hugging Face cache', 'Hugging Face 缓存'],
  ollama: ['Ollama', 'Ollama'],
  lmstudio: ['LM Studio', 'LM Studio'],
  models: [
    (models: string) => (models === '1' ? '1 model' : `${models} models`),
    (models: string) => `${models} 个模型`,
  ],
  none: [
    'No models lie in the stores of Hugging Face, Ollama or LM Studio.',
    'Hugging Face、Ollama 和 LM Studio 的目录中没有模型。',
  ],
  register: [
    (models: string) => (models === '1' ? 'Register it' : `Register ${models} models`),
    (models: string) => `登记 ${models} 个模型`,
  ],
  registering: [
    (done: string, all: string) => `Registering ${done} of ${all}`,
    (done: string, all: string) => `正在登记 ${done}/${all}`,
  ],
  registered: [(models: string) => `${models} registered`, (models: string) => `已登记 ${models} 个`],
  unreadable: [(models: string) => `${models} that cannot be read`, (models: string) => `${models} 个无法读取`],
  repeated: [
    (models: string) => `${models} with more than one name, counted once`,
    (models: string) => `${models} 个有多个名称，只计一次`,
  ],
  scan: ['Scan another folder', '扫描其他文件夹'],
  unread: ['The stores could not be searched', '无法查找模型目录'],
  refused: [(models: string) => `${models} could not be registered`, (models: string) => `${models} 个未能登记`],
})

type Work = { readonly done: number; readonly all: number; readonly refused: readonly string[] }

/** Models that other programs left on this machine, by store, and one button that registers those that can be read. */
export function FoundModels() {
  const text = useText(phrases)
  const [work, setWork] = useState<Work>()
  // Its own key: a search walks the disk, so it is not repeated whenever some model changes.
  const found = useQuery({ ...api.models.find.queryOptions({ input: {} }), queryKey: ['models-found-at-home'] })
  const items = found.data?.items ?? []
  const { stores, registered, unreadable, repeated } = summarise(items)
  const open = registrable(items)
  const isBusy = work !== undefined && work.done < work.all

  const registerAll = async () => {
    const refused: string[] = []
    for (const [index, model] of open.entries()) {
      setWork({ done: index, all: open.length, refused: [...refused] })
      try {
        await client.models.import({ path: model.path, name: model.name })
      } catch (error) {
        refused.push(named(model.name, said(failureOf(error).message)))
      }
    }
    setWork({ done: open.length, all: open.length, refused })
    await found.refetch()
  }

  return (
    <section aria-labelledby="found-models" className="found-models">
      <div className="h2">
        <span id="found-models">{text.title}</span>
        <small>{found.isPending ? text.searching : text.note}</small>
      </div>
      {found.error && <FailureFault error={found.error} title={text.unread} onRetry={() => void found.refetch()} />}
      {found.isPending && (
        <div className="found" aria-busy>
          {[0, 1, 2].map(row => (
            <div key={row}>
              <i className="bone" style={{ width: '60%' }} />
            </div>
          ))}
        </div>
      )}
      {found.data && stores.length === 0 && <p className="sub">{text.none}</p>}
      {stores.length > 0 && (
        <div className="found">
          {stores.map(({ store, models, sizeBytes }) => (
            <div key={store}>
              <span className="ell">{store in text ? text[store as 'folder'] : store}</span>
              <span className="sub right">{text.models(number(models))}</span>
              <b>{bytes(sizeBytes)}</b>
            </div>
          ))}
        </div>
      )}
      {isBusy && <ProgressLine share={work.done / work.all} label={text.title} />}
      {!isBusy && work !== undefined && work.refused.length > 0 && (
        <Fault tone="warn" title={text.refused(number(work.refused.length))} cause={work.refused.join('\n')} />
      )}
      {!found.isPending && (
        <div className="acts found-acts">
          {open.length > 0 && (
            <ActionButton needs="write" loading={isBusy} onClick={() => void registerAll()}>
              {isBusy ? text.registering(number(work.done + 1), number(work.all)) : text.register(number(open.length))}
            </ActionButton>
          )}
          <Button type="text" icon={<FolderSearch size={14} />} onClick={() => go('models', { dialog: 'find' })}>
            {text.scan}
          </Button>
          <span className="dim">
            {[
              registered > 0 && text.registered(number(registered)),
              unreadable > 0 && text.unreadable(number(unreadable)),
              repeated > 0 && text.repeated(number(repeated)),
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        </div>
      )}
    </section>
  )
}
