import { Modal } from 'antd'
import { dictionary, useText } from '../lib/i18n.ts'
import { useView } from '../lib/view.ts'
import { Kbd } from '../ui/bits.tsx'
import { commands, commandText } from './commands.ts'
import { navigationText, places } from './navigation.ts'

const phrases = dictionary({
  title: ['Keyboard', '键盘操作'],
  next: ['Next, previous row', '下一行，上一行'],
  open: ['Open, close', '打开，关闭'],
  filter: ['Filter this list', '筛选当前列表'],
  read: ['Read a chart point by point', '逐点读取图表'],
  zoom: ['Look closer at a chart, further, at all of it', '放大、缩小图表，显示全部'],
  back: ['Back, forward', '后退，前进'],
  main: ['Do the page’s main action', '执行本页主要操作'],
})

/** Every key, from the same tables that the keys work by. */
export function KeySheet() {
  const text = useText(phrases)
  const names = useText(commandText)
  const pages = useText(navigationText)
  const isOpen = useView(view => view.overlay === 'keys')
  const set = useView(view => view.set)
  const everywhere: readonly KeyRow[] = [
    ...commands.flatMap(({ id, keys }) => (keys ? [[keys, names[id]] as const] : [])),
    ['Ctrl Enter', text.main],
    ['Alt ← →', text.back],
    ['J K', text.next],
    ['Enter Esc', text.open],
    ['/', text.filter],
    ['← →', text.read],
    ['+ - 0', text.zoom],
  ]
  const goTo: readonly KeyRow[] = places.map(({ page, letter }) => [`G ${letter}`, pages[page]])
  return (
    <Modal open={isOpen} onCancel={() => set({ overlay: undefined })} footer={null} title={text.title} width={760}>
      <div className="keysheets">
        <KeyList rows={everywhere} />
        <KeyList rows={goTo} />
      </div>
    </Modal>
  )
}

type KeyRow = readonly [keys: string, name: string]
const KeyList = ({ rows }: { readonly rows: readonly KeyRow[] }) => (
  <dl className="keysheet">
    {rows.map(([keys, name]) => (
      <div key={keys}>
        <dt>{name}</dt>
        <dd>
          <Kbd keys={keys} />
        </dd>
      </div>
    ))}
  </dl>
)
