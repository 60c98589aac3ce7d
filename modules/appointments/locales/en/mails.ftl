## Mails besides confirmation and cancellation.

appointments-mail-fact-zone = Time zone
appointments-mail-fact-before = Before
appointments-mail-fact-price = Price
appointments-mail-paid-with = Paid with

appointments-mail-requested-subject = Request received: { $type }, { $when }
appointments-mail-requested-heading = Your request has arrived
appointments-mail-requested-text = Hello { $name }, thank you. { $business } looks at each request and answers by email. Until then this time is kept for you.
appointments-mail-requested-coach-subject = Please decide: { $client }, { $type }, { $when }
appointments-mail-requested-coach-heading = A request to decide
appointments-mail-requested-coach-text = { $client } would like to book { $type }. The time is kept until you approve or decline; without an answer the request ends when the appointment would begin.
appointments-mail-decide = Approve or decline

appointments-mail-declined-subject = Not possible: { $type }, { $when }
appointments-mail-declined-heading = This time is not possible
appointments-mail-declined-text = Hello { $name }, we are sorry: { $business } can't take this appointment.

appointments-mail-held-subject = Please pay: { $type }, { $when }
appointments-mail-held-heading = Your time is kept
appointments-mail-held-approved = Hello { $name }, your appointment with { $coach } is approved. It is certain once it is paid.
appointments-mail-held-booked = Hello { $name }, an appointment with { $coach } was booked for you. It is certain once it is paid.
appointments-mail-held-until = Please pay until { $until }. After that the time is free for others.
appointments-mail-held-pay = See the appointment and pay

appointments-mail-reminder-subject = Reminder: { $type }, { $when }
appointments-mail-reminder-heading = See you soon
appointments-mail-reminder-text = Hello { $name }, this is a reminder of your appointment with { $coach } on { $when }.

appointments-mail-moved-subject = New time: { $type }, { $when }
appointments-mail-moved-heading = Appointment moved
appointments-mail-moved-by-client = Hello { $name }, you moved this appointment. Here is the new time.
appointments-mail-moved-by-staff = Hello { $name }, { $coach } moved your appointment. If the new time does not suit you, please use the link below.
appointments-mail-moved-before = Before: { $when }
appointments-mail-moved-attached = The attached file moves the appointment in your calendar.
appointments-mail-moved-coach-subject = New time: { $client }, { $type }, { $when }
appointments-mail-moved-coach-by-client = { $client } moved this appointment. The old time is free again.
appointments-mail-moved-coach-by-staff = The appointment with { $client } was moved by the business. The old time is free again.
appointments-mail-moved-coach-away = The appointment with { $client } is with { $coach } now, and no longer with you.

appointments-mail-cancelled-refund = { $amount } of what was paid goes back to you. It can take a few days to arrive.
appointments-mail-cancelled-no-refund = As agreed when it was booked, nothing of the price goes back.
appointments-mail-cancelled-coach-refund = { $amount } goes back to the client.
appointments-mail-cancelled-coach-no-refund = Nothing of the price goes back to the client.

appointments-mail-expired-subject = No longer kept: { $type }, { $when }
appointments-mail-expired-heading = The time is no longer kept
appointments-mail-expired-unpaid = Hello { $name }, this appointment was not paid in time, so its time is free for others again. You owe nothing, and you can book again whenever you like.
appointments-mail-expired-undecided = Hello { $name }, { $business } did not answer your request in time. We are sorry. You owe nothing, and you can choose another time.

appointments-mail-late-subject = Paid too late: { $type }, { $when }
appointments-mail-late-heading = The payment came too late
appointments-mail-late-text = Hello { $name }, your payment arrived when this time could no longer be had. We are sorry: there is no appointment.
appointments-mail-late-refund = The whole { $amount } goes back to you by itself. It can take a few days to arrive.
appointments-mail-late-again = Choose another time
appointments-mail-late-coach-subject = Paid too late: { $client }, { $type }, { $when }
appointments-mail-late-coach-text = { $client } paid for this appointment when its time could no longer be had. There is no appointment, and the client knows.
appointments-mail-late-coach-refund = { $amount } goes back to the client by itself. You need do nothing.

appointments-mail-follow-up-subject = After { $type } with { $coach }
appointments-mail-follow-up-heading = Thank you for coming
appointments-mail-follow-up-text = Hello { $name }, thank you for the time with { $coach }.
appointments-mail-follow-up-ask = How was it? One to five stars and, if you like, a few words help others to decide. Nothing is public before it is approved.
appointments-mail-follow-up-rate = Rate this appointment
appointments-mail-follow-up-notes = There are notes for you on the page of this appointment.
appointments-mail-follow-up-see = Read the notes

appointments-mail-note-subject = A note from { $author }: { $type }
appointments-mail-note-heading = There is a note for you
appointments-mail-note-text = Hello { $name }, { $author } shared a note on this appointment with you.
appointments-mail-note-see = Read the note
