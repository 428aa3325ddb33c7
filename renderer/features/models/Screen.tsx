import { Page } from '../../ui/Page.tsx'

export const Screen = () => <Page title="models">{null}</Page>
