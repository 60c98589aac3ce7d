## The staff calendar, the list and the detail of bookings.

appointments-nav-calendar = Calendar
appointments-title-calendar = Calendar
appointments-title-book-for = Book for a client
appointments-title-studio-move = Move the appointment with { $client }
appointments-title-block = Block time
appointments-title-note = Edit note
appointments-title-decline = Decline { $type }

appointments-calendar-heading = Calendar
appointments-calendar-book = Book for a client
appointments-calendar-block = Block time
appointments-calendar-block-instead = Block this time instead
appointments-calendar-back = Calendar
appointments-calendar-leaf = Earlier and later
appointments-calendar-previous = Earlier
appointments-calendar-next = Later
appointments-calendar-today = Today
appointments-calendar-week = { $from } – { $to }
appointments-calendar-everybody = All coaches
appointments-calendar-day-view = Day
appointments-calendar-week-view = Week
appointments-calendar-month-view = Month
appointments-calendar-nothing = Nothing planned
appointments-calendar-free = Book or block an hour
appointments-calendar-free-at = Book or block { $when }
appointments-calendar-again = again
appointments-calendar-all-hours = Show the whole day
appointments-calendar-fewer-hours = Show fewer hours
appointments-calendar-hint = Click free time to book or block it. Drag an appointment to move it.
appointments-calendar-feed = See these appointments in your own calendar program
appointments-calendar-blocked = Blocked
appointments-calendar-session = Session
appointments-calendar-busy = Busy
appointments-calendar-seats =
    { $count ->
        [one] { $count } client
       *[other] { $count } clients
    }
appointments-calendar-day-label =
    { $count ->
        [0] { $date }
        [one] { $date }, { $count } appointment
       *[other] { $date }, { $count } appointments
    }
appointments-calendar-more = { $count } more
appointments-calendar-close = Cancel

appointments-move = Move
appointments-studio-move-heading = Move the appointment
appointments-move-to = New time:
appointments-move-reason = Reason
appointments-studio-move-submit = Move the appointment
appointments-move-keep = Keep the time
appointments-move-offered = Times on offer
appointments-move-none = No times are on offer in these days. You can still choose any time that is not taken.
appointments-move-at = New time
appointments-move-at-hint = Any time works that is not taken, also outside of the hours on offer.

appointments-block-text = Nothing is offered in blocked time. Appointments that were booked before stay.
appointments-block-whose = Whose time
appointments-block-everybody = The whole business
appointments-block-reason-hint = Only staff see it.
appointments-block-submit = Block this time

appointments-book-for-heading = Book for a client
appointments-book-for-which = What is it?
appointments-book-for-other-type = Choose another type
appointments-book-for-find = Find a client
appointments-book-for-search = Search
appointments-book-for-choose = Choose
appointments-book-for-nobody = Nobody was found. Fill in name and email below, and a new client is added.
appointments-book-for-with = With { $coach }
appointments-book-for-email-hint = The confirmation goes there.
appointments-book-for-note-hint = The client can read it.
appointments-book-for-payment = Payment
appointments-book-for-confirmed = Confirmed now, without payment here
appointments-book-for-credits = Use the client’s credits: confirmed now
appointments-book-for-ask-payment = Ask for payment: the time is kept for 24 hours
appointments-book-for-submit = Book

appointments-studio-nearest = The nearest free times:

appointments-approve = Approve
appointments-decline = Decline
appointments-decline-heading = Decline this request?
appointments-decline-submit = Decline the request
appointments-complete = It took place
appointments-mark-no-show = Did not come
appointments-cancel-share = Share of the price that goes back
appointments-cancel-share-hint = { $amount } were paid. 100 % gives everything back, 0 % nothing.
appointments-cancel-share-rest = { $amount } of the payment is left, and no more goes back. 100 % is the whole price, 0 % gives nothing.
appointments-cancel-refund = { $amount } go back to the client.

appointments-studio-order = Order
appointments-fact-held = Kept until
appointments-answers = Answers
appointments-history = History
appointments-step-made = Booked
appointments-step-approved = Approved
appointments-step-declined = Declined
appointments-step-paid = Paid
appointments-step-expired = Expired
appointments-step-moved = Moved
appointments-step-cancelled = Cancelled
appointments-step-completed = Marked as completed
appointments-step-no-show = Marked as no-show
appointments-step-other = Changed
appointments-step-from-to = From { $from } to { $to }
appointments-by-the-client = By the client
appointments-by-the-business = By the business
appointments-by-itself = Automatically

appointments-notes = Notes
appointments-notes-none = No notes yet.
appointments-note-body = Note
appointments-note-shared = Share it with the client
appointments-note-is-shared = Shared
appointments-note-is-private = Staff only
appointments-note-edited = edited
appointments-note-add = Add note
appointments-note-delete = Delete the note

appointments-rating = Rating
appointments-studio-rating-stars =
    { $stars ->
        [one] { $stars } of 5 stars
       *[other] { $stars } of 5 stars
    }
appointments-rating-new = Not decided
appointments-rating-approved = Approved for the public page
appointments-rating-hidden = Hidden
appointments-rating-approve = Approve
appointments-rating-hide = Hide

appointments-filter-client = Appointments of { $client }

appointments-card-today = Today
appointments-card-today-empty = Nothing is planned today
appointments-card-requests = To decide
appointments-card-calendar = Open calendar

appointments-flash-approved = The request is approved. The client gets an email.
appointments-flash-declined = The request is declined. The client gets an email, and the time is free again.
appointments-flash-completed = Marked as completed.
appointments-flash-no-show = Marked as no-show.
appointments-flash-studio-moved = The appointment is moved. Both of you get an email.
appointments-flash-unchanged = Nothing was changed.
appointments-flash-booked = The appointment is booked.
appointments-flash-booked-unpaid = The time is kept, and the appointment waits for payment. The client gets an email with the link to pay.
appointments-flash-blocked = The time is blocked.
appointments-flash-rating = The rating is updated.
appointments-flash-note-added = The note is added.
appointments-flash-note-changed = The note is saved.
appointments-flash-note-deleted = The note is deleted.

field-time-taken = This time is taken.
field-time-taken-by = This time is taken: { $name }, { $from } to { $to }.
field-time-taken-around = This meets the time kept free around { $name }, { $from } to { $to }.
field-time-taken-session = This time is taken by a session, { $from } to { $to }.
field-too-many-notes = An appointment takes at most { $max } notes.
