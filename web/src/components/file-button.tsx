import { type ReactNode, useRef } from 'react'
import { Button, type ButtonLook } from './button.tsx'

/** A button that lets people choose files. */
export function FileButton({
  children,
  onFiles,
  accept,
  look = 'plain',
  multiple = true,
  className = '',
}: {
  readonly children: ReactNode
  readonly onFiles: (files: File[]) => void
  readonly accept?: string
  readonly look?: ButtonLook
  readonly multiple?: boolean
  readonly className?: string
}) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button look={look} className={className} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={multiple}
        accept={accept}
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])])
          currentTarget.value = ''
        }}
      />
    </>
  )
}
