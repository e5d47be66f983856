/** The reel: four windows, and the film running off to the right. */
export function Logo({ className = 'size-7' }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={className} aria-hidden="true" focusable="false">
      <path
        fill="currentColor"
        fillRule="evenodd"
        d="M16 3a13 13 0 1 0 0 26h11.600a1.6 1.6 0 0 0 0-3.200H24.500A13 13 0 0 0 16 3Zm0 3.600a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.600ZM9.9 12.700a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.600Zm12.2 0a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.600ZM16 18.800a3.3 3.3 0 1 1 0 6.6 3.3 3.3 0 0 1 0-6.600Z"
      />
    </svg>
  )
}
