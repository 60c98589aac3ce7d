import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { button, chooseTime, fillIn, heading, link, openMail, somebody } from '../steps.mjs'

export const title = 'A visitor books an appointment, keeps it in the calendar and cancels it'

export default async function (visit) {
  const { page, open, inspect } = visit
  const person = somebody('Priya Raman')
  await open('/maya')
  await heading(page, 'Maya Lindqvist Coaching').waitFor()
  await inspect('public-page')
  await link(page, 'Book').click()
  await heading(page, 'Book an appointment').waitFor()
  await inspect('types')
  await link(page, 'Coaching session').click()
  await heading(page, 'Coaching session').waitFor()
  await page.locator('a.cal-day').last().click()
  await page.waitForURL(/#times$/)
  assert.equal(await page.evaluate(() => document.activeElement.id), 'times', 'the times of the day have the focus')
  await page.getByText('Times are shown for Europe/Berlin').waitFor()
  await inspect('times')
  const time = await chooseTime(page)
  await page.getByText(`${time}–`).waitFor()
  const details = page.url()

  await page.getByLabel('Name').fill(person.name)
  await page.getByLabel('Email').fill('not an address')
  await button(page, 'Book this appointment').click()
  await heading(page, 'Coaching session').waitFor()
  assert.equal(await page.getByLabel('Email').getAttribute('aria-invalid'), 'true')
  assert.equal(await page.getByLabel('Name').inputValue(), person.name, 'what was typed stays')
  assert.equal(await page.getByLabel('Email').inputValue(), 'not an address')
  await inspect('refused')

  await fillIn(page, person)
  await button(page, 'Book this appointment').click()
  await heading(page, 'You are booked').waitFor()
  await page.getByText(person.email).waitFor()
  const shown = await page.getByText(`${time}–`).innerText()
  assert.match(shown, /Europe\/Berlin/, 'the zone of the viewer is named')
  // What is booked has no form any more.
  const booked = page.url()
  await page.goto(details)
  await page.getByText('This time is not free.').waitFor()
  await page.goto(booked)
  await inspect('confirmation')
  const confirmation = new URL(page.url()).pathname

  const waiting = page.waitForEvent('download')
  await link(page, 'Add to calendar').click()
  const calendar = await readFile(await (await waiting).path(), 'utf8')
  assert.match(calendar, /^BEGIN:VCALENDAR\r\n/)
  assert.match(calendar, /\r\nDTSTART[^\r]*\r\n/)
  assert.match(calendar, /\r\nSUMMARY:[^\r]*Coaching session/)

  await openMail(visit, person.email, /^Confirmed: Coaching session/)
  const mail = page.frameLocator('iframe')
  await mail.getByText('You are booked').waitFor()
  assert.ok((await mail.getByRole('link', { name: /See, move or cancel/ }).getAttribute('href')).endsWith(confirmation))

  await open(confirmation)
  await link(page, 'Cancel appointment').click()
  await heading(page, 'Cancel this appointment?').waitFor()
  await inspect('cancel')
  await page.getByLabel('Reason').fill('My train is cancelled.')
  await button(page, 'Cancel the appointment').click()
  await page.getByText('This appointment was cancelled.').waitFor()
  await inspect('cancelled')
  await openMail(visit, person.email, /^Cancelled: Coaching session/)
}
