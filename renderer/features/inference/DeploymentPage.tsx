import { Page } from '../../ui/Page.tsx'

export const DeploymentPage = ({ id }: { readonly id: string }) => <Page title={id}>{null}</Page>
