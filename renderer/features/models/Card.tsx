import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { Section } from '../../ui/bits.tsx'

const phrases = dictionary({
  card: ['Model card', '模型卡片'],
  cut: ['The card goes on in its file.', '其余内容请查看文件。'],
})

/** Cards begin with facts for machines, between two lines of dashes; the headers of the weights tell better. */
const withoutFrontMatter = (text: string): string => text.replace(/^\uFEFF?---\r?\n[\s\S]*?\n---\r?\n/, '').trim()

/** What the model's author wrote of it, as text: nothing in it is run or fetched. */
export function Card({ id }: { readonly id: string }) {
  const text = useText(phrases)
  const { data } = useQuery(api.models.card.queryOptions({ input: { id } }))
  if (!data || data.text === '') return null
  return (
    <Section
      title={
        <>
          {text.card}
          <small className="mono">{data.name}</small>
        </>
      }
    >
      <div className="card-text" dir="auto">
        {withoutFrontMatter(data.text)}
      </div>
      {data.isCut && <p className="hint">{text.cut}</p>}
    </Section>
  )
}
