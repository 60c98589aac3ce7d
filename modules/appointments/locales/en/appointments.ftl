# Appointments: texts for visitors, clients, staff and mails.

appointments-module-title = Appointments
appointments-module-summary = One-to-one appointments that clients book themselves.

appointments-nav-my-bookings = Appointments
appointments-nav-bookings = Appointments
appointments-nav-availability = Availability
appointments-nav-types = Appointment types
appointments-action-book = Book

appointments-title-choose = Book an appointment
appointments-title-pick = Book { $type }
appointments-title-details = Your details for { $type }
appointments-title-taken = Just taken
appointments-title-booking = Your appointment: { $type }
appointments-title-cancel = Cancel { $type }
appointments-title-my-bookings = Your appointments
appointments-title-studio-bookings = Appointments
appointments-title-studio-booking = Appointment with { $client }
appointments-title-studio-types = Appointment types
appointments-title-type-new = New appointment type
appointments-title-type-edit = Edit appointment type
appointments-title-availability = Availability

appointments-flash-cancelled = The appointment is cancelled. Both of you get an email.
appointments-flash-type-saved = The appointment type is saved.
appointments-flash-hours-saved = The weekly hours are saved.

appointments-state-requested = Waiting for approval
appointments-state-held = Waiting for payment
appointments-state-confirmed = Confirmed
appointments-state-completed = Completed
appointments-state-no-show = No-show
appointments-state-cancelled = Cancelled
appointments-state-expired = Expired
appointments-state-declined = Declined

appointments-place-in-person = In person
appointments-place-phone = By phone
appointments-place-link = Online
appointments-place-video = Video call
appointments-place-room = Video room
appointments-place-link-follows = The link follows by email.
appointments-place-call = We call you on the number you gave.

appointments-fact-date = Date
appointments-fact-time = Time
appointments-fact-when = When
appointments-fact-duration = Duration
appointments-fact-place = Place
appointments-fact-where = Where exactly
appointments-fact-coach = Coach
appointments-fact-client = Client
appointments-fact-client-time = Time for the client
appointments-fact-email = Email
appointments-fact-type = Appointment
appointments-fact-state = State
appointments-fact-note = Note
appointments-fact-reason = Reason

appointments-breadcrumb = Back
appointments-back-to-page = Back to the page
appointments-back-to-types = All appointments
appointments-block-heading = Appointments
appointments-choose-heading = Book an appointment
appointments-choose-text = Choose what you would like to book.
appointments-choose-empty-title = Nothing to book right now
appointments-choose-empty-text = There are no open appointments at the moment. Please look in again later.

appointments-month-previous = Previous month
appointments-month-next = Next month
appointments-day-label =
    { $count ->
        [one] { $date }, { $count } time
       *[other] { $date }, { $count } times
    }
appointments-pick-coach = With
appointments-pick-anyone = Anyone who is free
appointments-pick-choose = Choose a coach
appointments-pick-coach-missing = Choose a coach first.
appointments-pick-coach-first = Who would you like to see?
appointments-pick-coach-first-text = Choose a coach, and the free days appear here.
appointments-pick-zone = Your time zone
appointments-pick-show = Show times
appointments-pick-day = Choose a day
appointments-pick-none = There are no free times in this month.
appointments-pick-next-free = Next free: { $when }

appointments-details-heading = Your details
appointments-details-other-time = Choose another time
appointments-details-email-hint = The confirmation and the calendar file go there.
appointments-details-phone-hint = We call you on this number.
appointments-details-note = Anything we should know?
appointments-details-submit = Book this appointment

appointments-taken-heading = Just taken
appointments-taken-text = Somebody booked { $when } a moment before you. Nothing was booked for you yet.
appointments-taken-choose = Choose another time
appointments-taken-nearest = The nearest free times ({ $zone })
appointments-taken-calendar = See the calendar
appointments-taken-none = No other time is free nearby

appointments-booking-confirmed = You are booked
appointments-booking-confirmed-text = A confirmation is on its way to { $email }.
appointments-booking-cancelled-text = This appointment was cancelled. Its time is free again.
appointments-booking-reason = Reason: { $reason }
appointments-booking-calendar = Add to calendar
appointments-booking-cancel = Cancel appointment
appointments-booking-again = Book another time
appointments-booking-link-note = Whoever has the link of this page can see, move and cancel the appointment. Questions?
appointments-booking-link-cancel = Whoever has the link of this page can see and cancel the appointment. Questions?
appointments-booking-link-see = Whoever has the link of this page can see the appointment. Questions?

appointments-cancel-heading = Cancel this appointment?
appointments-cancel-text = { $type } with { $coach }, { $when }.
appointments-cancel-reason = Reason
appointments-cancel-reason-hint = Your coach reads it.
appointments-cancel-submit = Cancel the appointment
appointments-cancel-keep = Keep it
appointments-studio-cancel-text = { $client }, { $type }, { $when }.
appointments-studio-cancel-hint = The client reads it in the email.

appointments-my-heading = Your appointments
appointments-my-empty = Nothing is coming up
appointments-my-empty-past = No past appointments
appointments-my-empty-past-text = What is over, or did not take place, is kept here.
appointments-my-empty-text = What you book appears here, with its calendar file and a way to cancel.
appointments-view = View
appointments-view-upcoming = Upcoming
appointments-view-past = Past
appointments-view-all = All
appointments-next-page = Next page

appointments-studio-heading = Appointments
appointments-studio-facts = Details
appointments-studio-empty = No appointments yet
appointments-studio-empty-text = What clients book appears here. Share the link of your page, and check that your weekly hours are set.
appointments-studio-none-found = Nothing found
appointments-studio-none-found-text = No appointment matches. Try fewer filters.
appointments-filter-search = Name or email
appointments-filter-state = State
appointments-filter-any = Any
appointments-filter-from = From
appointments-filter-to = To
appointments-filter-submit = Filter
appointments-filter-clear = Clear

appointments-card-next = Next appointments
appointments-card-all = See all
appointments-card-next-empty = Nothing is booked
appointments-card-next-empty-text = Clients can book the times you open.
appointments-card-upcoming = Your next appointments
appointments-card-upcoming-empty = Nothing is coming up
appointments-card-client = Appointments
appointments-card-client-empty = No appointments yet.

appointments-types-heading = Appointment types
appointments-types-text = What clients can book one to one.
appointments-types-new = New type
appointments-types-edit = Edit
appointments-types-public = Public page
appointments-types-empty = No appointment types yet
appointments-types-empty-text = A type says what can be booked: how long, where, with whom.
appointments-type-on = On
appointments-type-off = Off
appointments-type-new-heading = New appointment type
appointments-type-edit-heading = Edit appointment type
appointments-type-name = Name
appointments-type-slug = Name in the link
appointments-type-slug-hint = For example intro-call.
appointments-type-description = Description
appointments-type-description-hint = Markdown works here.
appointments-type-minutes = Length in minutes
appointments-type-step = Starts every … minutes
appointments-type-step-hint = Empty: as long as the appointment.
appointments-type-before = Free before, minutes
appointments-type-after = Free after, minutes
appointments-type-notice = Notice
appointments-type-notice-hint = How long before its start it can still be booked.
appointments-type-horizon = Days ahead
appointments-type-place = Address, number or link
appointments-type-place-hint = Shown to those who booked. An online place needs an https link.
appointments-type-coaches = Coaches
appointments-type-coaches-error = Choose at least one coach.
appointments-type-mode = When several coaches offer it
appointments-type-mode-fixed = The client chooses the coach
appointments-type-mode-any = Whoever is free takes it
appointments-type-position = Position in the list
appointments-type-position-hint = Smaller numbers come first.
appointments-type-active = Can be booked
appointments-type-discard = Discard

appointments-hours-heading = Availability
appointments-hours-text = Weekly hours in which { $coach } takes appointments.
appointments-hours-show = Show
appointments-hours-opens = From ({ $number })
appointments-hours-closes = To ({ $number })
appointments-hours-hint = An end before its start lies on the next day. Leave a line empty to have no hours there. Save to get another line.
appointments-hours-zone = Time zone of these hours
appointments-hours-zone-hint = The hours above are times in this zone.
appointments-hours-read-only = You can look at these hours, but not change them.

appointments-mail-manage = See, move or cancel your appointment
appointments-mail-studio = Open in the studio
appointments-mail-attached = The attached file puts the appointment into your calendar.
appointments-mail-confirmed-subject = Confirmed: { $type }, { $when }
appointments-mail-confirmed-heading = You are booked
appointments-mail-confirmed-text = Hello { $name }, your appointment with { $coach } is confirmed.
appointments-mail-coach-subject = New booking: { $client }, { $type }, { $when }
appointments-mail-coach-heading = A new booking
appointments-mail-coach-text = { $client } booked { $type }.
appointments-mail-cancelled-subject = Cancelled: { $type }, { $when }
appointments-mail-cancelled-heading = Appointment cancelled
appointments-mail-cancelled-by-staff = Hello { $name }, we are sorry: { $coach } had to cancel your appointment.
appointments-mail-cancelled-by-client = Hello { $name }, you cancelled this appointment. Its time is free again.
appointments-mail-cancelled-coach-subject = Cancelled: { $client }, { $type }, { $when }
appointments-mail-cancelled-coach-by-client = { $client } cancelled this appointment. The time is free again.
appointments-mail-cancelled-coach-by-staff = The appointment with { $client } was cancelled by the business. The time is free again.

# Why something is refused

problem-too-many-holds = You already keep { $max } times that are not paid yet. Please pay for one of them, or give one up, and then book again.
problem-too-late-to-cancel = It is too late to cancel this appointment.
problem-too-late-to-move = It is too late to move this appointment.
problem-not-begun = This appointment has not begun yet.
problem-hold-over = This time is not kept any more: it was not paid in time. Please book again.
field-wrong-duration = Choose one of the lengths on offer.
field-wrong-currency = Prices are in the currency of the business.
field-unknown-question = There is no such question.
field-not-a-choice = Choose one of the answers.
field-not-a-phone-number = Write a phone number, such as +44 20 7946 0018.
field-not-a-number = Write a number, such as 42.
