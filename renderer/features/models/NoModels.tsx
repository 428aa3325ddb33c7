import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api } from '../../lib/client.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { setQuery } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { modelsText } from './text.ts'

const phrases = dictionary({
  title: ['No model yet', '还没有模型'],
  what: [
    'A model is registered where its files lie: Slipway reads the headers, hashes every byte once, and from then on tells you when a file changed.',
    '模型在原位置登记：Slipway 读取文件头，逐字节计算一次哈希，此后文件若有变化会立即告知。',
  ],
  find: ['Look through the stores that are on this machine already', '查找本机已有的模型存储'],
  import: [
    'Or name a folder or a .gguf file, or drop it into the window',
    '或指定文件夹、.gguf 文件，也可直接拖入窗口',
  ],
  sample: ['Try with the sample', '用样例试一次'],
  use: ['Then tune it, compare it, serve it', '之后即可微调、比较、部署'],
})

export function NoModels() {
  const text = useText(phrases)
  const names = useText(modelsText)
  const sample = useQuery(api.system.samples.queryOptions({ input: {} })).data?.model.path
  return (
    <div className="scroll grow">
      <Empty
        title={text.title}
        steps={[
          { key: 'find', isDone: false, text: text.find },
          { key: 'import', isDone: false, text: text.import },
          { key: 'use', isDone: false, text: text.use },
        ]}
        actions={
          <>
            <Button type="primary" onClick={() => setQuery({ dialog: 'find' })}>
              {names.find}
            </Button>
            <ActionButton needs="write" onClick={() => setQuery({ dialog: 'import' })}>
              {names.import}
            </ActionButton>
            {sample !== undefined && (
              <ActionButton needs="write" onClick={() => setQuery({ import: sample })}>
                {text.sample}
              </ActionButton>
            )}
          </>
        }
        command="slipway models import PATH"
      >
        {text.what}
      </Empty>
    </div>
  )
}
