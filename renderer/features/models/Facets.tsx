import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Checkbox } from 'antd'
import { memo, useState } from 'react'
import type { FacetCount, ModelFacetName } from '../../../main/contract/model-lists.ts'
import { api } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { setQuery, useRoute } from '../../lib/route.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { chosenOf, facetOrder, filtersOf, switched } from './filters.ts'
import { formatNames, modelsText } from './text.ts'

export const facetText = dictionary({
  fit: [(device: string) => `Fits ${device}`, (device: string) => `适配 ${device}`],
  task: ['Task', '任务'],
  format: ['Format', '格式'],
  size: ['Size', '大小'],
  license: ['Licence', '许可'],
  state: ['State', '状态'],
  label: ['Label', '标签'],
  architecture: ['Architecture', '架构'],
  fits: ['Fits', '放得下'],
  fits_at_4_bits: ['Fits at 4 bits', '4 比特放得下'],
  too_large: ['Too large', '放不下'],
  unknown: ['Not known', '未知'],
  under_2gb: ['under 2 GB', '2 GB 以下'],
  '2_to_10gb': ['2 to 10 GB', '2 至 10 GB'],
  '10_to_30gb': ['10 to 30 GB', '10 至 30 GB'],
  over_30gb: ['over 30 GB', '30 GB 以上'],
  chat: ['Chat', '对话'],
  base: ['Base', '基座'],
  embedding: ['Embedding', '向量'],
  rerank: ['Rerank', '重排'],
  vision: ['Vision', '视觉'],
  speech: ['Speech', '语音'],
  other: ['Other', '其他'],
  unsaid: ['Not said', '未注明'],
  more: [(count: number) => `${count} more`, (count: number) => `其余 ${count} 项`],
  fewer: ['Fewer', '收起'],
  aside: ['Filters', '筛选条件'],
  uncounted: ['The filters could not be counted', '无法统计筛选条件'],
})
type FacetText = ReturnType<typeof useText<typeof facetText>>

const usual = 6

/** Counts of what the list holds, each under the filters of the others; a tick narrows the list, the address keeps it. */
export const Facets = memo(() => {
  const text = useText(facetText)
  const { query } = useRoute()
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...api.models.facets.queryOptions({ input: filtersOf(query) }),
    placeholderData: keepPreviousData,
  })
  return (
    // Busy as well while the counts under the filters before still stand.
    <aside
      className="side l facets"
      aria-label={text.aside}
      aria-busy={(data === undefined || isPlaceholderData) && !error}
    >
      {error && <FailureFault error={error} title={text.uncounted} onRetry={() => void refetch()} />}
      {data
        ? facetOrder.map(facet => (
            <Facet
              key={facet}
              facet={facet}
              title={facet === 'fit' ? text.fit(data.device.id === 'cpu' ? 'CPU' : data.device.name) : text[facet]}
              counts={data[facet]}
            />
          ))
        : !error && facetOrder.slice(0, 4).map(facet => <FacetBones key={facet} />)}
    </aside>
  )
})

type Props = { readonly facet: ModelFacetName; readonly title: string; readonly counts: readonly FacetCount[] }
function Facet({ facet, title, counts }: Props) {
  const text = useText(facetText)
  const names = useText(modelsText)
  const { query } = useRoute()
  const [isOpen, setIsOpen] = useState(false)
  const chosen = chosenOf(query, facet)
  // A facet in which everything is alike would tell nothing apart.
  if (counts.length === 0 || (counts.length === 1 && chosen.length === 0 && facet !== 'fit')) return null
  const shown = isOpen ? counts : counts.filter(({ value }, index) => index < usual || chosen.includes(value))
  const hidden = counts.length - shown.length
  return (
    <fieldset className="facet">
      <legend title={title}>{title}</legend>
      {shown.map(({ value, count }) => {
        const name = nameOf(facet, value, text, names)
        return (
          <Checkbox
            key={value}
            checked={chosen.includes(value)}
            onChange={() => setQuery({ [facet]: switched(query, facet, value) })}
          >
            <span className="ell" dir="auto" title={name}>
              {name}
            </span>
            <em>{number(count)}</em>
          </Checkbox>
        )
      })}
      {(hidden > 0 || isOpen) && (
        <button type="button" className="link facet-more" onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? text.fewer : text.more(hidden)}
        </button>
      )}
    </fieldset>
  )
}

function nameOf(
  facet: ModelFacetName,
  value: string,
  text: FacetText,
  names: ReturnType<typeof useText<typeof modelsText>>,
): string {
  if (value === 'unsaid' && (facet === 'license' || facet === 'architecture')) return text.unsaid
  if (facet === 'fit' || facet === 'task' || facet === 'size') return text[value as 'fits']
  if (facet === 'state') return names[value as 'ready']
  if (facet === 'format') return formatNames[value as 'gguf']
  return value
}

const FacetBones = () => (
  <fieldset className="facet" aria-hidden>
    {Array.from({ length: 5 }, (_, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: these rows have nothing but their place.
      <div key={row} className="facet-bone">
        <i className="bone" style={{ width: `${row === 0 ? 32 : 48 + ((row * 29) % 30)}%` }} />
      </div>
    ))}
  </fieldset>
)
