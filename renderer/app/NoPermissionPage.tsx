import type { Scope } from '../../main/contract/method.ts'
import { useRefusal } from '../lib/access.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { Empty } from '../ui/Empty.tsx'
import { OtherKey } from '../ui/Fault.tsx'
import { Page } from '../ui/Page.tsx'
import { navigationText, type PageName } from './navigation.ts'

const phrases = dictionary({
  title: [(page: string) => `No permission for “${page}”`, (page: string) => `没有“${page}”页面的权限`],
})

/** In place of a page that the key of this session does not open. */
export function NoPermissionPage({ page, scope }: { readonly page: PageName; readonly scope: Scope }) {
  const text = useText(phrases)
  const name = useText(navigationText)[page]
  const { cause, remedy, command } = useRefusal(scope)
  return (
    <Page title={name}>
      <div className="scroll grow">
        <Empty title={text.title(name)} actions={<OtherKey />} command={command}>
          {cause}
          <br />
          {remedy}
        </Empty>
      </div>
    </Page>
  )
}
