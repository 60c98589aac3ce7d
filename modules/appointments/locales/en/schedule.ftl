## Hours, overrides, blackouts and the editor of types.

field-span-out-of-range = Choose at most { $days } days.
field-seats-not-with-all = A slot that takes everyone’s time has one seat.
field-price-out-of-range = This price is too high.
field-price-unreadable = Write a price with digits only, for example 45 or 45.50.
field-length-twice = This length is there already.
field-limit-below-shorter = A longer period can’t allow less than a shorter one.
field-limit-below-length = This is shorter than the shortest appointment.
field-question-key = The name of a question has 1 to 40 of a–z, 0–9 and underscores.
field-question-key-twice = Another question has this name.
field-choices-too-few = Give at least two choices, one a line.
field-choices-of-another-kind = Only a choice has choices.
field-choice-twice = Each choice stands there once.
field-reminder-out-of-range = A reminder goes out between 5 minutes and 60 days before the start.
field-reminder-twice = This reminder is there already.
field-hours-not-used = Hours are filled in below. Choose “Other hours”, or empty them.
field-range-end-needed = A fixed range needs its last date.
field-choose-one = Choose one of these.
field-not-a-date = Write a date as 2026-12-24.
field-blackout-too-long = Close at most 400 days at once.

appointments-unit = Unit
appointments-unit-min = min
appointments-unit-minutes = minutes
appointments-unit-hours = hours
appointments-unit-days = days
appointments-line-up = Up
appointments-line-down = Down
appointments-line-remove = Remove

appointments-type-basics = What it is
appointments-type-length = Length and price
appointments-type-lengths = More lengths
appointments-type-price = Price
appointments-type-price-hint = 0: free. A paid time is kept for its client while they pay.
appointments-type-length-other = Length { $number }
appointments-type-length-add = Add another length
appointments-type-length-remove = Remove length { $number }
appointments-type-place-kind = How you meet
appointments-type-place-room = In a video room made for each booking
appointments-type-place-video = By video; the coach sends the link
appointments-type-place-link = Behind a link that stays the same
appointments-type-mode-all = Everyone takes part: a time is free when all of them are
appointments-type-when = When it can be booked
appointments-type-when-text = Grid of starts, time kept free around it, notice, how far ahead
appointments-type-before-hint = Nothing else starts or ends in this time.
appointments-type-after-hint = For notes, a break, the way.
appointments-type-bookable = How far ahead
appointments-type-bookable-horizon = So many days ahead, always
appointments-type-bookable-range = Between two dates only; the first may stay empty
appointments-type-range-from = First date
appointments-type-range-to = Last date
appointments-type-limits = Limits and seats
appointments-type-limits-text = The most of a day, a week, a month; several clients in one slot
appointments-type-day-count = Most a day
appointments-type-day-minutes = Most time a day
appointments-type-week-count = Most a week
appointments-type-week-minutes = Most time a week
appointments-type-month-count = Most a month
appointments-type-month-minutes = Most time a month
appointments-type-seats = Seats
appointments-type-seats-hint = How many clients can book the same slot. 1: one to one.
appointments-type-payment = Payment and approval
appointments-type-payment-text = How long an unpaid time is kept; whether you decide on each booking
appointments-type-hold = Kept while the client pays
appointments-type-hold-hint = After that the time is free again.
appointments-type-approval = You approve each booking
appointments-type-approval-hint = The time is kept until you decide. A paid one is paid after your yes.
appointments-type-changes = Cancelling and moving
appointments-type-changes-text = Until when clients may do so, and what comes back
appointments-type-cancel = Free of charge until
appointments-type-cancel-hint = So long before the start.
appointments-type-late = Cancelling later
appointments-type-late-refuse = Is not possible
appointments-type-late-share = Gives a share of the price back
appointments-type-late-percent = Share that comes back
appointments-type-move = Can be moved until
appointments-type-move-hint = So long before the start. 0: as long as cancelling is free of charge.
appointments-type-questions = Questions
appointments-type-questions-text = What clients answer when they book
appointments-type-question = Question { $number }
appointments-type-question-label = What you ask
appointments-type-question-kind = Kind of answer
appointments-type-question-choices = Choices
appointments-type-question-choices-hint = For a choice only: one a line.
appointments-type-question-required = Must be answered
appointments-type-question-add = Add a question
appointments-question-text = A few words
appointments-question-choice = One of several choices
appointments-question-number = A number
appointments-question-date = A date
appointments-question-consent = A box to tick
appointments-type-of-length-minutes = { appointments-type-length-other }, { appointments-type-minutes }
appointments-type-of-length-price = { appointments-type-length-other }, { appointments-type-price }
appointments-type-of-question-label = { appointments-type-question }, { appointments-type-question-label }
appointments-type-of-question-kind = { appointments-type-question }, { appointments-type-question-kind }
appointments-type-of-question-choices = { appointments-type-question }, { appointments-type-question-choices }
appointments-type-of-question-key = { appointments-type-question }
appointments-type-of-reminder = { appointments-type-reminder }
appointments-type-reminders = Reminders and afterwards
appointments-type-reminders-text = When clients are reminded; whether they are asked for a rating
appointments-type-reminder = Reminder { $number }
appointments-type-reminder-before = Before the start
appointments-type-reminder-add = Add a reminder
appointments-type-reminder-remove = Remove reminder { $number }
appointments-type-rating = Ask for a rating
appointments-type-rating-hint = The client gets a mail with a link once it took place.
appointments-type-shown = On your page

appointments-title-overrides = Other hours on dates
appointments-title-blackouts = Closed times
appointments-title-explain = Explain this time
appointments-flash-closed = The time is closed.
appointments-flash-closed-one = The time is closed. One appointment inside it stays.
appointments-flash-closed-some = The time is closed. { $count } appointments inside it stay.
appointments-flash-date-saved =
    The hours of { $weekday ->
        [mon] { web-weekday-long-1 }
        [tue] { web-weekday-long-2 }
        [wed] { web-weekday-long-3 }
        [thu] { web-weekday-long-4 }
        [fri] { web-weekday-long-5 }
        [sat] { web-weekday-long-6 }
       *[sun] { web-weekday-long-7 }
    } { $day } { $month ->
        [m1] { web-month-long-1 }
        [m2] { web-month-long-2 }
        [m3] { web-month-long-3 }
        [m4] { web-month-long-4 }
        [m5] { web-month-long-5 }
        [m6] { web-month-long-6 }
        [m7] { web-month-long-7 }
        [m8] { web-month-long-8 }
        [m9] { web-month-long-9 }
        [m10] { web-month-long-10 }
        [m11] { web-month-long-11 }
       *[m12] { web-month-long-12 }
    } are saved.
appointments-flash-opened = The time is open again.

appointments-hours-tab-weekly = Weekly hours
appointments-hours-tab-dates = Dates
appointments-hours-tab-closed = Closed times
appointments-hours-tab-explain = Explain a time
appointments-hours-tab-feed = Private calendar
appointments-hours-of-opens =
    { $day ->
        [mon] { web-weekday-long-1 }
        [tue] { web-weekday-long-2 }
        [wed] { web-weekday-long-3 }
        [thu] { web-weekday-long-4 }
        [fri] { web-weekday-long-5 }
        [sat] { web-weekday-long-6 }
       *[sun] { web-weekday-long-7 }
    }, { appointments-hours-opens }
appointments-hours-of-closes =
    { $day ->
        [mon] { web-weekday-long-1 }
        [tue] { web-weekday-long-2 }
        [wed] { web-weekday-long-3 }
        [thu] { web-weekday-long-4 }
        [fri] { web-weekday-long-5 }
        [sat] { web-weekday-long-6 }
       *[sun] { web-weekday-long-7 }
    }, { appointments-hours-closes }
appointments-hours-copied = Copied, not saved yet.
appointments-hours-copy-none = Nothing was copied: tick the days to copy to.
appointments-hours-copy = Copy a day
appointments-hours-copy-from = From
appointments-hours-copy-do = Copy to the ticked days
appointments-hours-copy-hint = Nothing is saved until you save.
appointments-hours-zone-business = That of the business ({ $zone })

appointments-overrides-heading = Other hours on dates
appointments-overrides-text = When { $coach } works differently from the weekly hours. Times are in { $zone }.
appointments-overrides-legend = A dot marks dates with other hours. Choose a date to change it.
appointments-overrides-what = On this date
appointments-overrides-usual = The usual weekly hours
appointments-overrides-other-hours = Other hours
appointments-overrides-closed-day = Closed
appointments-overrides-closed = closed
appointments-overrides-other = other hours
appointments-overrides-weekly = Weekly hours

appointments-blackouts-heading = Closed times
appointments-blackouts-text = Nothing is offered in these times. Appointments that were made before stay.
appointments-blackouts-all = The whole business
appointments-blackouts-bookings =
    { $count ->
        [one] One appointment stays
       *[other] { $count } appointments stay
    }
appointments-blackouts-see = See the appointments
appointments-blackouts-remove = Open again
appointments-blackouts-empty = Nothing is closed
appointments-blackouts-empty-text = Holidays and other times off appear here.
appointments-blackouts-new = Close a time
appointments-blackouts-whose = Whose time
appointments-blackouts-start = From
appointments-blackouts-end = To
appointments-blackouts-reason-hint = For staff only.
appointments-blackouts-add = Close this time

appointments-explain-heading = Explain this time
appointments-explain-text = Why clients can or can’t book a start.
appointments-explain-anyone = All who offer it
appointments-explain-at = Start
appointments-explain-minutes-hint = Empty: the first length.
appointments-explain-submit = Explain
appointments-explain-open = Can be booked
appointments-explain-closed = Can’t be booked
appointments-explain-seats =
    { $count ->
        [one] One seat is left.
       *[other] { $count } seats are left.
    }
appointments-explain-hours-week = Open by the weekly hours: { $from } to { $to }.
appointments-explain-hours-date = Open by the hours of this date: { $from } to { $to }.
appointments-explain-coach-open = Nothing stands against it.

appointments-why-type-off = This appointment type is switched off.
appointments-why-outside-hours = It lies outside of the weekly hours.
appointments-why-date-closed = This date is closed.
appointments-why-date-hours = This date has other hours, and they don’t hold this time.
appointments-why-too-short = The hours end at { $end }, before the appointment would.
appointments-why-off-grid = It is between two starts of the grid: { $before } and { $after }.
appointments-why-off-grid-last = It lies after the last start of the grid.
appointments-why-blackout = A closed time lies there: { $from } to { $to }.
appointments-why-booking = Another appointment takes this time: { $from } to { $to }.
appointments-why-booking-buffer = It meets the time kept free around another appointment: { $from } to { $to }.
appointments-why-own-buffer = The time kept free around it would reach another appointment: { $from } to { $to }.
appointments-why-session = The coach is taken: { $from } to { $to }.
appointments-why-full = All seats are taken.
appointments-why-past = It is in the past.
appointments-why-notice = It is too soon: the first start that the notice allows is { $earliest }.
appointments-why-horizon = It is too far ahead: the last start on offer is { $latest }.
appointments-why-fixed-range = It lies outside of the dates of this appointment type.
appointments-why-day-count = The day has { $used } of at most { $most } appointments already.
appointments-why-day-minutes = The day has { $used } of at most { $most } minutes already.
appointments-why-week-count = The week has { $used } of at most { $most } appointments already.
appointments-why-week-minutes = The week has { $used } of at most { $most } minutes already.
appointments-why-month-count = The month has { $used } of at most { $most } appointments already.
appointments-why-month-minutes = The month has { $used } of at most { $most } minutes already.
appointments-why-open-booking = See the appointment
appointments-type-credits = Can be paid with credits
appointments-type-credits-hint = How many, instead of the price. Empty: only with credits made for this type, one each.
