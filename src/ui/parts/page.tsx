import { useEffect, useRef, type ReactNode } from 'react'
import './page.css'

let firstPage = true

/** A place's page: its heading takes the focus when one comes here, so that a reader starts at the top. */
export function Page({
  title,
  intro,
  aside,
  back,
  children
}: {
  title: ReactNode
  intro?: ReactNode
  aside?: ReactNode
  back?: { href: string; label: string }
  children: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!firstPage) heading.current?.focus({ preventScroll: true })
    firstPage = false
    window.scrollTo(0, 0)
  }, [])
  return (
    <div className={aside === undefined ? 'page' : 'page with-aside'}>
      <div className="page-main stack">
        {back !== undefined && (
          <a className="page-back" href={back.href}>
            ‹ {back.label}
          </a>
        )}
        <header className="page-head">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {intro !== undefined && <p className="soft">{intro}</p>}
        </header>
        {children}
      </div>
      {aside !== undefined && <div className="page-aside stack">{aside}</div>}
    </div>
  )
}

/** A part of a page with a heading of its own. */
export function Section({
  title,
  intro,
  action,
  children
}: {
  title: string
  intro?: ReactNode
  action?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="card stack" aria-label={title}>
      <div className="row between">
        <h2>{title}</h2>
        {action}
      </div>
      {intro !== undefined && <p className="soft section-intro">{intro}</p>}
      {children}
    </section>
  )
}
