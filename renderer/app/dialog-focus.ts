/** What a person most likely wants to fill in first. */
const fields = 'input:not([type="hidden"], [type="radio"], [type="checkbox"], :disabled), textarea:not(:disabled)'

/**
 * A dialog that opens gives the focus to its first button, which is the one that closes it: whoever begins to type at once
 * would type into nothing. Here the focus goes on to the first field. Tab and Shift Tab within the dialog stay as they are.
 */
export function focusFirstFields(): () => void {
  const onFocus = ({ target, relatedTarget }: FocusEvent) => {
    if (!(target instanceof Element) || !target.matches('.ant-modal-close')) return
    const dialog = target.closest('.ant-modal')
    if (!dialog || (relatedTarget instanceof Node && dialog.contains(relatedTarget))) return
    dialog.querySelector<HTMLElement>(`.ant-modal-body :is(${fields})`)?.focus({ preventScroll: true })
  }
  document.addEventListener('focusin', onFocus)
  return () => document.removeEventListener('focusin', onFocus)
}
