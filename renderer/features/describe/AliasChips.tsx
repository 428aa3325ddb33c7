import { useMutation } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { middle } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { ActionIcon } from '../../ui/ActionButton.tsx'
import { useUndo } from '../../ui/undo.tsx'
import './describe.css'

const phrases = dictionary({
  remove: [(alias: string) => `Take the alias ${alias} away`, (alias: string) => `移除别名 ${alias}`],
  removed: [(alias: string) => `${alias} names no version now.`, (alias: string) => `已移除别名 ${alias}。`],
})

/** Gives the alias to the version that is shown, or takes it away. */
type Change = { readonly alias: string } | { readonly removeAlias: string }

/** Takes an alias away at once, and offers to point it at the same version again. */
export function useAliases(update: (change: Change) => Promise<unknown>) {
  const text = useText(phrases)
  const undo = useUndo()
  const removal = useMutation({ mutationFn: (alias: string) => update({ removeAlias: alias }) })
  return {
    error: removal.error,
    isPending: removal.isPending,
    remove: (alias: string) =>
      removal.mutate(alias, { onSuccess: () => undo(text.removed(middle(alias)), () => update({ alias })) }),
  }
}

type Props = { readonly aliases: readonly string[]; readonly removal: ReturnType<typeof useAliases> }

/** The aliases of the version that is shown; each can be taken away. */
export function AliasChips({ aliases, removal }: Props) {
  const text = useText(phrases)
  if (aliases.length === 0) return null
  return (
    <span className="aliases">
      {aliases.map(alias => (
        <span key={alias} className="chip line">
          <span className="ell" title={alias}>
            {alias}
          </span>
          <ActionIcon
            needs="write"
            aria-label={text.remove(alias)}
            title={text.remove(alias)}
            disabled={removal.isPending}
            onClick={() => removal.remove(alias)}
          >
            <X size={12} />
          </ActionIcon>
        </span>
      ))}
    </span>
  )
}
