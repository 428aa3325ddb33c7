import { cliMethods, methodHelp, overview } from './help.ts'

const fenced = (text: string) => `\`\`\`\n${text.trimEnd()}\n\`\`\`\n`

/** Everything that `--help` says, as one Markdown page. */
export function cliReference(): string {
  const domains = Map.groupBy(cliMethods(), method => method.domain)
  const sections = [...domains].map(([domain, methods]) =>
    [
      `## ${domain}\n`,
      ...methods.map(method => `### slipway ${domain} ${method.verb}\n\n${fenced(methodHelp(method))}`),
    ].join('\n'),
  )
  return `# The command line\n\nGenerated from the contract by \`npm run gen\`.\n\n${fenced(overview())}\n${sections.join('\n')}`
}
