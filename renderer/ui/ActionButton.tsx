import { Button, type ButtonProps, Tooltip } from 'antd'
import type { Scope } from '../../main/contract/method.ts'
import { useLack } from '../lib/access.ts'

type Props = Omit<ButtonProps, 'onClick'> & {
  /** What the action demands of whoever asks. */
  readonly needs: Scope
  readonly onClick?: React.MouseEventHandler<HTMLElement>
}

/**
 * A button that changes something. For somebody who may not, it stays where it is and says why: it can be focused, so that
 * the reason is heard as well as seen.
 */
export function ActionButton({ needs, ...button }: Props) {
  const lack = useLack(needs)
  if (lack === undefined) return <Button {...button} />
  const { onClick, href, type, danger, loading, disabled, ...rest } = button
  return (
    <Tooltip title={lack} trigger={['hover', 'focus']}>
      <Button {...rest} type={type === 'text' || type === 'link' ? type : 'default'} aria-disabled />
    </Tooltip>
  )
}

type IconProps = React.ComponentProps<'button'> & { readonly needs: Scope }

/** The same for the small buttons that are only an icon. */
export function ActionIcon({ needs, className, ...button }: IconProps) {
  const lack = useLack(needs)
  // Whatever wraps it, such as a menu, adds classes of its own.
  const classes = className === undefined ? 'icon' : `icon ${className}`
  if (lack === undefined) return <button type="button" className={classes} {...button} />
  const { onClick, disabled, title, ...rest } = button
  return (
    <Tooltip title={lack} trigger={['hover', 'focus']}>
      <button type="button" className={classes} {...rest} aria-disabled />
    </Tooltip>
  )
}
