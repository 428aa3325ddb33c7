import { Page } from '../../ui/Page.tsx'

export const Screen = () => <Page title="inference">{null}</Page>
