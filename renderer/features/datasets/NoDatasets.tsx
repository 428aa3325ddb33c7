import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { setQuery } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { datasetsText } from './text.ts'

const phrases = dictionary({
  title: ['No dataset yet', '还没有数据集'],
  what: [
    'A dataset is rows to learn from or to measure with. Each import is a version whose rows never change; rows that cannot be read are listed with line and reason, not lost.',
    '数据集是用于训练或评测的数据行。每次导入形成一个不再变化的版本；无法读取的行会逐行列出位置与原因，不会悄悄丢失。',
  ],
  import: [
    'Import a file: its format is detected, its columns can be mapped',
    '导入文件：自动识别格式，可调整列的对应',
  ],
  check: [
    'Check it against a model: what is learned, what is cut, what repeats',
    '用模型检查：哪些参与训练、哪些被截断、哪些重复',
  ],
  freeze: ['Freeze it: only frozen versions train', '冻结：只有冻结的版本可用于训练'],
  sample: ['Try with the sample', '用样例试一次'],
})

export function NoDatasets() {
  const text = useText(phrases)
  const names = useText(datasetsText)
  const sample = useQuery(api.system.samples.queryOptions({ input: {} })).data?.train.path
  return (
    <div className="scroll grow">
      <Empty
        title={text.title}
        steps={[
          { key: 'import', isDone: false, text: text.import },
          { key: 'check', isDone: false, text: text.check },
          { key: 'freeze', isDone: false, text: text.freeze },
        ]}
        actions={
          <>
            <ActionButton needs="write" type="primary" onClick={() => setQuery({ dialog: 'import' })}>
              {names.import}
            </ActionButton>
            {sample !== undefined && (
              <ActionButton needs="write" onClick={() => setQuery({ import: sample })}>
                {text.sample}
              </ActionButton>
            )}
          </>
        }
        command="slipway datasets import PATH"
      >
        {text.what}
      </Empty>
    </div>
  )
}
