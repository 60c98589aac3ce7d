# Subscriptions, and what clients saved to pay with.
subscriptions-nav = Subscriptions
subscriptions-nav-mine = Subscriptions
subscriptions-mine-title = Your subscriptions
subscriptions-mine-empty-title = No subscriptions
subscriptions-mine-empty-text = Plans that you pay again and again are listed on this page.
subscriptions-studio-title = Subscriptions
subscriptions-studio-empty-title = No subscriptions yet
subscriptions-studio-empty-text = As soon as somebody buys a plan, it stands here with its payments and all that happens to it.
subscriptions-one-title = { $name }
subscriptions-state-all = Every status
subscriptions-state-incomplete = Not paid yet
subscriptions-state-trialing = Trial
subscriptions-state-active = Active
subscriptions-state-ending = Ending
subscriptions-state-past-due = Payment due
subscriptions-state-paused = Paused
subscriptions-state-unpaid = Paused: unpaid
subscriptions-state-ended = Ended
subscriptions-every-week = { $count ->
    [1] a week
   *[other] every { $count } weeks
  }
subscriptions-every-month = { $count ->
    [1] a month
   *[other] every { $count } months
  }
subscriptions-every-year = { $count ->
    [1] a year
   *[other] every { $count } years
  }
subscriptions-next = next payment { $date }
subscriptions-ends = ends { $date }
subscriptions-until = until { $date }
subscriptions-says-active = All is well. The next payment of { $amount } is on { $date }.
subscriptions-says-trialing = Your trial runs until { $date }. Then the first payment of { $amount } is due.
subscriptions-says-trialing-again = Free days until { $date }. Then the next payment of { $amount } is due.
subscriptions-says-ending = It ends on { $date }. Nothing more is charged.
subscriptions-says-past-due = The last payment did not go through. Please pay what is open, so that it goes on.
subscriptions-says-paused-until = It is paused until { $date }. Nothing is charged meanwhile, and what is left of the paid time is kept.
subscriptions-says-paused = It is paused. Nothing is charged meanwhile, and what is left of the paid time is kept.
subscriptions-says-unpaid = It is paused, because a payment did not come. Once it is paid, a new period begins.
subscriptions-says-ended = It ended on { $date }.
subscriptions-says-incomplete = It begins as soon as the first payment has come.
subscriptions-planned = It changes to { $name } on { $date }.
subscriptions-planned-unpaid = It changes to { $name } as soon as the difference is paid.
subscriptions-price = Price
subscriptions-period = Present period
subscriptions-term = Term
subscriptions-term-paid = { $paid } of { $term } periods paid
subscriptions-discount = Discount
subscriptions-way = Paid with
subscriptions-way-text = We use { $way } for the next payment.
subscriptions-way-none = Nothing is saved. You pay each time by the link that we send you.
subscriptions-way-use = Use { $way }
subscriptions-way-add = Save something else to pay with
subscriptions-way-change = Change what you pay with
subscriptions-orders = Payments
subscriptions-of-order = Subscription
subscriptions-of-buyer = Your subscription
subscriptions-buyer-next = The next payment is on { $date }.
subscriptions-buyer-ends = It ends on { $date }.
subscriptions-buyer-open = See or change it
subscriptions-owed-title = { $amount } to be paid
subscriptions-owed-text = You choose how to pay on the next page.
subscriptions-pay-again-title = Go on with it
subscriptions-pay-again-text = Pay for a new period, which begins at once.
subscriptions-keep-title = Changed your mind?
subscriptions-keep-text = It goes on as it is, and nothing ends or changes.
subscriptions-keep = Keep it as it is
subscriptions-resume-title = Go on
subscriptions-resume-text = What is left of the paid time is there again at once.
subscriptions-resume = Resume now
subscriptions-pause = Pause
subscriptions-pause-text = For up to { $days } days. Nothing is charged meanwhile, and what is left of the paid time is kept.
subscriptions-pause-until = Goes on again on
subscriptions-pause-until-staff = Paused until
subscriptions-pause-until-hint = Empty: until somebody resumes it.
subscriptions-pause-action = Pause it
subscriptions-end = End it
subscriptions-end-text = It ends on { $date }. Until then everything stays as it is, and nothing more is charged.
subscriptions-end-now-text = It ends at once. Nothing more is charged.
subscriptions-end-confirm = End this subscription?
subscriptions-end-action = End the subscription
subscriptions-end-period = End it with the period
subscriptions-end-now = End it at once
subscriptions-end-refund = When it ends at once, give back what is left of the paid period
subscriptions-from = From { $business }
subscriptions-sign-in-text = To pause it or change the plan, please sign in.
subscriptions-sign-in = Sign in
subscriptions-change = Change the plan
subscriptions-change-text = You see what it costs before anything changes.
subscriptions-change-look = See what it means
subscriptions-change-title = Change to { $name }
subscriptions-change-from-to = From { $from } to { $to }
subscriptions-change-pays = The plan changes at once, as soon as { $amount } is paid.
subscriptions-change-free = The plan changes at once. Nothing is to be paid now.
subscriptions-change-later = The plan changes on { $date }, when the paid period ends. Nothing is to be paid now.
subscriptions-change-cost = { $name } for the time ahead
subscriptions-change-unused = Unused time of { $name }
subscriptions-change-due = To be paid now
subscriptions-change-back = Paid back
subscriptions-change-then = From { $date }: { $price }
subscriptions-change-confirm = Change the plan
subscriptions-change-cancel = Leave it as it is
subscriptions-when = When
subscriptions-when-best = As usual
subscriptions-when-hint = As usual means: at once if it costs more, else at the period’s end.
subscriptions-when-now = At once
subscriptions-when-end = At the period’s end
subscriptions-search = Client, email or plan
subscriptions-plan = Plan
subscriptions-plan-all = Every plan
subscriptions-column-next = Next payment
subscriptions-export = Export
subscriptions-figure-active = Active
subscriptions-figure-trialing = On trial
subscriptions-figure-past-due = Payment due
subscriptions-figure-paused = Paused
subscriptions-figure-monthly = Recurring a month
subscriptions-step-placed = Ordered
subscriptions-step-started = Began
subscriptions-step-trial-started = Trial began
subscriptions-step-renewed = Next period paid
subscriptions-step-owed = Next period due
subscriptions-step-payment-failed = Payment did not go through
subscriptions-step-paused = Paused
subscriptions-step-paused-unpaid = Paused, as it was not paid
subscriptions-step-resumed = Resumed
subscriptions-step-end-planned = Is to end with the period
subscriptions-step-kept = Stays as it is
subscriptions-step-change-planned = Is to change
subscriptions-step-changed = Changed
subscriptions-step-change-dropped = Change given up
subscriptions-step-rest-refunded = Rest of the period paid back
subscriptions-step-ended = Ended
subscriptions-step-never-begun = Never began: not paid
subscriptions-step-way-changed = Paid another way from now on
subscriptions-ended-by-client = by the client
subscriptions-ended-by-staff = by staff
subscriptions-ended-by-term = its term was over
subscriptions-ended-by-provider = at the card provider
subscriptions-news-unpaid = { $count ->
    [one] 1 plan is paused, as it was not paid
   *[other] { $count } plans are paused, as they were not paid
  }
subscriptions-news-ended = { $count ->
    [one] 1 plan ended in the last 7 days
   *[other] { $count } plans ended in the last 7 days
  }
subscriptions-done-paused = The subscription is paused.
subscriptions-done-resumed = The subscription goes on.
subscriptions-done-ending = The subscription ends with the paid period.
subscriptions-done-ended = The subscription has ended.
subscriptions-done-kept = The subscription stays as it is.
subscriptions-done-changed = The plan has changed.
subscriptions-done-change-planned = Noted. The change is still to come.
subscriptions-done-change-unpaid = The plan changes as soon as the client has paid the difference.
subscriptions-done-method = Saved.
subscriptions-done-way = Noted. The next payment is made with it.
subscriptions-done-method-removed = Removed.
subscriptions-methods-title = Payment methods
subscriptions-methods-text = What instalments and new plans are paid with. A plan that runs stays with what you bought it with until you choose something else on its own page.
subscriptions-methods-add = Add another
subscriptions-methods-expires = Expires { $date }
subscriptions-methods-only-for = Saved when { $name } was bought without signing in; it pays for nothing else.
subscriptions-methods-use = Use this one
subscriptions-methods-default = In use
subscriptions-methods-remove = Remove
subscriptions-methods-remove-confirm = Remove this? Payments that are due later then need another way to pay.
subscriptions-methods-empty-title = Nothing saved
subscriptions-methods-empty-text = Save a card, and subscriptions are paid by themselves.
subscriptions-methods-none-text = This business takes no payments that can be saved.
subscriptions-sandbox-card-title = Save a test card
subscriptions-sandbox-card-text = { $business } tries things out. No real card is needed. How should the card behave when it is used?
subscriptions-sandbox-card-pays = A card that pays
subscriptions-sandbox-card-declined = A card that is declined next time
subscriptions-sandbox-card-challenge = A card that needs 3-D Secure next time

# Mails
subscriptions-mail-hello = Hello { $name },
subscriptions-mail-see = See your subscription
subscriptions-mail-pay = Pay now
subscriptions-mail-update = Change what you pay with
subscriptions-mail-started-subject = Your plan { $about } at { $business }
subscriptions-mail-started-title = Welcome to { $about }
subscriptions-mail-started-text = your plan has begun. The receipt comes in a mail of its own.
subscriptions-mail-trial-text = your trial has begun and runs until { $date }.
subscriptions-mail-next-payment = The next payment of { $amount } is due on { $date }.
subscriptions-mail-paid-whole = It is paid in full. Nothing more is charged.
subscriptions-mail-trial-ends-subject = Your trial of { $about } ends soon
subscriptions-mail-trial-ends-title = Your trial ends soon
subscriptions-mail-trial-ends-text = your trial of { $about } ends on { $date }. Then { $amount } is due. If you don’t want to go on, end it before.
subscriptions-mail-failed-declined = the payment of { $amount } for { $about } did not go through.
subscriptions-mail-failed-needs-buyer = your bank wants you to confirm the payment of { $amount } for { $about }.
subscriptions-mail-failed-no-method = a payment of { $amount } for { $about } is due.
subscriptions-mail-failed-1-subject = Payment for { $about } is due
subscriptions-mail-failed-1-title = A payment is due
subscriptions-mail-failed-1-text = Please pay by the link below, or change what you pay with. We try again in three days.
subscriptions-mail-failed-1-reminds = Please pay by the link below. We remind you in three days.
subscriptions-mail-failed-2-subject = Reminder: payment for { $about } is due
subscriptions-mail-failed-2-title = The payment is still due
subscriptions-mail-failed-2-text = Please pay by the link below, or change what you pay with. We try again in two days.
subscriptions-mail-failed-2-reminds = Please pay by the link below. We remind you once more in two days.
subscriptions-mail-failed-3-subject = Last reminder: payment for { $about } is due
subscriptions-mail-failed-3-title = The payment is still due
subscriptions-mail-failed-3-text = Please pay within two days. After that your plan is paused.
subscriptions-mail-failed-4-subject = { $about } is paused
subscriptions-mail-failed-4-title = Your plan is paused
subscriptions-mail-failed-4-text = Your plan is paused now, and nothing more is charged. Once you pay, a new period begins at once.
subscriptions-mail-paused-subject = { $about } is paused
subscriptions-mail-paused-title = Your plan is paused
subscriptions-mail-paused-text = nothing is charged meanwhile. What is left of the paid time is kept for you.
subscriptions-mail-paused-until = It goes on by itself on { $date }.
subscriptions-mail-paused-open = It goes on as soon as you or { $business } resume it.
subscriptions-mail-resumed-subject = { $about } goes on
subscriptions-mail-resumed-title = Your plan goes on
subscriptions-mail-resumed-text = your plan { $about } goes on. What was left of the paid time is there again.
subscriptions-mail-changed-subject = Your plan is now { $about }
subscriptions-mail-changed-title = Your plan has changed
subscriptions-mail-changed-text = your plan is { $about } from now on.
subscriptions-mail-change-planned-subject = Your plan changes to { $about }
subscriptions-mail-change-planned-title = Your plan is going to change
subscriptions-mail-change-planned-text = on { $date } your plan changes to { $about }, for { $amount }.
subscriptions-mail-ending-subject = { $about } is going to end
subscriptions-mail-ending-title = Your plan is going to end
subscriptions-mail-ending-text = your plan { $about } ends on { $date }. Nothing more is charged.
subscriptions-mail-ending-back = Until then everything stays as it is, and you can still change your mind.
subscriptions-mail-kept-subject = { $about } stays
subscriptions-mail-kept-title = Your plan stays as it is
subscriptions-mail-ended-subject = { $about } has ended
subscriptions-mail-ended-title = Your plan has ended
subscriptions-mail-ended-term = all periods of { $about } were paid, and it ended on { $date }. Thank you for being with { $business }.
subscriptions-mail-ended-text = your plan { $about } ended on { $date }. Nothing more is charged.
subscriptions-mail-staff-subject = { $what ->
    [ending] { $name } ends { $plan }
    [ended] { $plan } of { $name } has ended
   *[unpaid] { $plan } of { $name } is paused: not paid
  }
subscriptions-mail-staff-title = { $what ->
    [ending] { $plan } of { $name } is going to end
    [ended] { $plan } of { $name } has ended
   *[unpaid] { $plan } of { $name } is paused
  }
subscriptions-mail-staff-at = { $what ->
    [ending] It ends on { $date }. Nothing more is charged, and it may still be kept.
   *[ended] It ended on { $date }.
  }
subscriptions-mail-staff-why = { $what ->
    [unpaid] Its payment was asked for four times in a week and did not come. It goes on with a new period once it is paid.
   *[other] { $cause ->
        [client] Your client ended it.
        [term] All periods of its term were paid.
       *[provider] It was ended at the card provider: by your client or you there, or after payments that did not go through.
      }
  }
subscriptions-mail-staff-who = { $name } ({ $email }), { $price } a period.
subscriptions-mail-staff-see = See the subscription
subscriptions-mail-instalment-subject = Instalment of order { $about } from { $business }
subscriptions-mail-instalment-title = An instalment is due
subscriptions-mail-instalment-due = the instalment of { $amount } for order { $about } has been due since { $date }. Please pay it by the link below.
subscriptions-mail-instalment-declined = the instalment of { $amount } for order { $about }, due on { $date }, did not go through. Please pay it by the link below.
subscriptions-mail-instalment-needs-buyer = your bank wants you to confirm the instalment of { $amount } for order { $about }, due on { $date }.
subscriptions-mail-instalment-last = This is our last reminder. If you can’t pay now, please get in touch with { $business }.
subscriptions-mail-card-subject = Your card { $about } expires soon
subscriptions-mail-card-title = Your card expires soon
subscriptions-mail-card-text = your card { $about } expires with the next month. Please save another one, so that { $business } goes on without a break.

# Problems, and what is wrong with a field
problem-subscription-state = This can’t be done while the subscription is { $state ->
    [incomplete] not paid yet
    [past_due] waiting for a payment
    [paused] paused
    [ended] over
   *[other] as it is
  }.
problem-subscription-rules = Your plan doesn’t allow this online. Please get in touch with the business.
problem-subscription-provider = The payment service does not renew subscriptions any more. Please get in touch with the business.
problem-subscription-sign-in = Please sign in for this.
problem-subscription-there-pause = The card provider renews this subscription and would go on counting its days, so it can't be paused. It can be ended with its period.
problem-subscription-there = The card provider renews this subscription: it changes with its next period, to a plan with periods as long as now.
problem-plan-gone = This plan is sold out, or you have it already.
problem-method-alone = This one was saved for a single purchase and pays for nothing else. Please add it as your own to use it for more.
problem-no-way-to-save = The business takes no payments that can be saved.
field-subscription-status = There is no such state of a subscription.
field-plan-choice = This plan can’t be chosen.
field-plan-when = Choose one of the moments.
field-pause-too-long = At most { $days } days from now.
