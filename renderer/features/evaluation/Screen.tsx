import { Page } from '../../ui/Page.tsx'

export const Screen = () => <Page title="evaluation">{null}</Page>
