import { button, fillIn, heading, link, openMail, somebody } from '../steps.mjs'

export const title = 'A visitor takes a free offer'

export default async function (visit) {
  const { page, open, inspect } = visit
  const person = somebody('Lena Moss')
  await open('/write-daily')
  await heading(page, 'Write Daily with Oren Adeyemi').waitFor()
  await inspect('public-page')
  await link(page, 'Choose Thirty quiet minutes').click()
  await inspect('offer')
  await fillIn(page, person)
  await button(page, 'Get it for free').click()
  await heading(page, 'Thank you, it’s yours').waitFor()
  await inspect('receipt')
  await openMail(visit, person.email, /^Receipt \d+ from Write Daily/)
}
