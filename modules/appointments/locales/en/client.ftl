## What clients see besides the first pages: paying, moving, rooms, ratings, feeds.

appointments-title-move = Move { $type }
appointments-title-room = Video room: { $type }
appointments-title-my-calendar = Your calendar
appointments-title-feed = Private calendar address

appointments-flash-moved = The appointment is moved. Both of you get an email with the new time.
appointments-flash-not-free = This time is not free. Please choose another one.
appointments-flash-rated = Thank you for your rating.
appointments-flash-feed-new = Here is your new address. An earlier one no longer works.
appointments-flash-feed-revoked = The address no longer works.

appointments-fact-price = Price
appointments-fact-paid = Paid
appointments-fact-receipt = See the receipt
appointments-fact-order = See the order
appointments-fact-phone = Phone number
appointments-answer-yes = Yes
appointments-price-free = Free
appointments-price-from = from { $price }
appointments-approval-badge = On request
appointments-approval-note = Each request is looked at first. Your time is kept until you get the answer by email.
appointments-approval-pay = You pay once it is approved.
appointments-hold-note = Next you pay. Your time is kept for { $time } meanwhile.
appointments-pick-length = How long?
appointments-seats-left =
    { $count ->
        [one] { $count } seat left
       *[other] { $count } seats left
    }
appointments-question-choose = Choose one

appointments-rule-cancel-always = You can cancel free of charge until it starts.
appointments-rule-cancel-until = You can cancel free of charge until { $time } before it starts; later it can’t be cancelled.
appointments-rule-cancel-share = You can cancel free of charge until { $time } before it starts; later you get { $percent } % of the price back.
appointments-rule-cancel-nothing = You can cancel free of charge until { $time } before it starts; later nothing is paid back.
appointments-rule-move-always = You can move it until it starts.
appointments-rule-move-until = You can move it until { $time } before it starts.

appointments-details-ask = Ask for this appointment
appointments-details-pay = Book and pay { $price }

appointments-pay = Pay { $price }
appointments-pay-plain = Pay now
appointments-look-again = Look again
appointments-back-to-mine = Your appointments
appointments-back-to-booking = Back to the appointment
appointments-standing-paid = Payment received
appointments-standing-paid-text = We are confirming your appointment. This page looks again by itself.
appointments-standing-requested = You have asked for this appointment
appointments-standing-requested-text = Your time is kept. The answer goes to { $email }.
appointments-standing-held = Your time is kept, it only has to be paid
appointments-standing-held-text = Please pay until { $when }. After that others can book it.
appointments-standing-expired = This time is no longer kept
appointments-standing-expired-unpaid = It was not paid in time, so others can book it now. You are welcome to book again.
appointments-standing-expired-undecided = We are sorry: your request was not answered in time. You are welcome to choose another time.
appointments-standing-completed = Thank you for coming
appointments-standing-no-show-text = We missed you. You are welcome to book another time.
appointments-standing-cancelled-staff = We are sorry: the business had to cancel this appointment.
appointments-standing-declined-text = We are sorry: the business can’t take this appointment. Perhaps another time suits.
appointments-standing-refunded = { $amount } goes back to you the way you paid.

appointments-booking-move = Move appointment
appointments-notes-heading = Notes for you

appointments-cancel-too-late = It is too late to cancel
appointments-cancel-too-late-text = This appointment could be cancelled until { $when }.
appointments-cancel-back-all = You get { $amount } back.
appointments-cancel-back-share = You get { $amount } back: { $percent } % of the price. All of it came back until { $when }.
appointments-cancel-back-nothing = Nothing is paid back any more. All of it came back until { $when }.
appointments-too-late-contact = Is something wrong? Please write to

appointments-move-heading = Choose a new time
appointments-move-until = It can be moved until { $when }.
appointments-move-too-late = It is too late to move this appointment
appointments-move-too-late-text = It could be moved until { $when }.
appointments-move-taken = Somebody was faster: that time is taken. Nothing was moved. Please choose another one.
appointments-move-confirm = Move the appointment?
appointments-move-old = Until now
appointments-move-new = New time
appointments-move-keeps = Everything else stays: the price, what was paid, your answers and the link of this page.
appointments-move-keeps-rule = Cancelling was free of charge until { $when }. Moving the appointment does not make it free again.
appointments-move-closed = This appointment can’t be moved here any more. Please write to us, and we will find a time:
appointments-move-submit = Move it

appointments-room-enter = Go to the video room
appointments-room-window = Open in a window of its own
appointments-room-frame = Video room: { $type }
appointments-room-note = Camera and microphone are used only after you allow it. If nothing shows here, open the room in a window of its own.
appointments-room-early = The room is not open yet
appointments-room-early-text = It opens on { $when }. This page looks again by itself.
appointments-room-uncertain-text = Your appointment is not certain yet. Once it is, this is where you come in.
appointments-room-closed = The room is closed
appointments-room-closed-text = The appointment has ended, or does not take place.

appointments-rating-heading = How was it?
appointments-rating-yours = Your rating
appointments-rating-text = { $coach } reads what you write. The business may show it on its page.
appointments-rating-stars = Stars
appointments-rating-words = In your words
appointments-rating-hint = What helped, what could be better?
appointments-rating-submit = Send the rating
appointments-rating-change = Change the rating
appointments-stars =
    { $count ->
        [1] 1 of 5 stars
       *[other] { $count } of 5 stars
    }

appointments-view-calendar = Calendar
appointments-my-month-empty = No appointments in this month
appointments-day-bookings =
    { $count ->
        [one] { $date }, { $count } appointment
       *[other] { $date }, { $count } appointments
    }

appointments-feed-link = Calendar address
appointments-feed-text = Your calendar program can show your appointments here and keep them up to date by itself: give it this address as a calendar to subscribe to.
appointments-feed-studio-text = Your calendar program can show all your own appointments and keep them up to date by itself: give it this address as a calendar to subscribe to.
appointments-feed-address = The address
appointments-feed-label = Private address
appointments-feed-copy = Copy
appointments-feed-secret = Whoever has this address can read your appointments. Give it to nobody but your calendar program.
appointments-feed-none = There is no address yet.
appointments-feed-make = Make an address
appointments-feed-renew = Make a new address
appointments-feed-revoke = Take the address away

# Paying with credits
appointments-pay-how = How to pay
appointments-pay-credits = { $count ->
    [one] Use 1 credit
   *[other] Use { $count } credits
  } ({ $left } left)
appointments-pay-credits-until = { $count ->
    [one] Use 1 credit
   *[other] Use { $count } credits
  } ({ $left } left, the first expire on { $date })
appointments-pay-money = Pay { $price }
appointments-paid-credits = { $count ->
    [one] Paid with 1 credit
   *[other] Paid with { $count } credits
  }
appointments-paid-made-for = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name }, made for this
appointments-paid-first = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name }, which expires first: { $date }
appointments-paid-oldest = { $count ->
    [one] 1 credit
   *[other] { $count } credits
  } of { $name }, the oldest of those that don’t expire
appointments-cancel-credits-back = { $count ->
    [one] 1 credit comes back.
   *[other] { $count } credits come back.
  }
appointments-cancel-credits-gone = No credit comes back any more. All of them came back until { $when }.
problem-booking-credits-short = There are not enough credits for this any more. Nothing was booked and nothing was taken: choose another way to pay.
field-credits-of-another = Credits pay for your own appointments: book with the email of your account.
field-credits-or-payment = Either credits pay, or the client is asked for money.
