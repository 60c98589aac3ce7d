import { button, chooseTime, coach, fillIn, heading, link, openMail, signIn, somebody } from '../steps.mjs'

export const title = 'A visitor asks for an appointment, the coach approves it, and the room waits at its link'

export default async function (visit) {
  const { page, open, inspect } = visit
  const person = somebody('Lena Fischer')
  await open('/maya/book')
  await link(page, 'Second opinion').click()
  await chooseTime(page)
  await fillIn(page, person)
  await inspect('details')
  await button(page, 'Ask for this appointment').click()
  await heading(page, 'You have asked for this appointment').waitFor()
  await inspect('asked')
  const booking = page.url()

  const studio = await visit.another()
  await signIn({ page: studio, open: (path) => studio.goto(visit.base + path) }, coach)
  const waiting = studio.getByRole('region', { name: 'To decide' })
  await waiting.getByRole('listitem').filter({ hasText: person.name }).getByRole('link').first().click()
  await heading(studio, person.name).waitFor()
  await button(studio, 'Approve').click()
  await studio.getByText('The request is approved.').waitFor()

  await page.goto(booking)
  await heading(page, 'You are booked').waitFor()
  await inspect('approved')
  await openMail(visit, person.email, /^Confirmed: Second opinion/)
  await page.goto(booking)
  await link(page, 'Go to the video room').click()
  await page.getByRole('heading', { name: 'The room is not open yet' }).waitFor()
  await inspect('room')
}
