import { useQuery } from '@tanstack/react-query'
import { api } from '../lib/client.ts'
import { useConnection } from '../lib/connection.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { hrefTo } from '../lib/route.ts'
import { Glyph } from '../ui/Glyph.tsx'

const phrases = dictionary({
  damaged: ['The database of this workstation is damaged.', '本工作站的数据库已损坏。'],
  remedy: ['What to do stands in the check of this machine', '处理方法见本机环境检查'],
})

/** Says over every page that the last check of the database found damage: whoever works on loses more. */
export function DamageNotice() {
  const text = useText(phrases)
  const isLive = useConnection(connection => connection.state) === 'live'
  const damage = useQuery(api.system.status.queryOptions({ input: {} })).data?.damage
  if (damage === undefined || !isLive) return null
  return (
    <div className="notice" role="alert">
      <Glyph state="lost" size={14} />
      <b title={damage}>{text.damaged}</b>
      <a href={hrefTo('environments')}>{text.remedy}</a>
    </div>
  )
}
