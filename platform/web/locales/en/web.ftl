### Texts of the frame, forms, formats and the pages every installation has.

web-product-name = Coaching Platform
web-direction = ltr
web-title-of = { $title } · { $name }
web-skip = Skip to content
web-powered-by = Powered by { $name }

## Formats
web-number-group = ,
web-number-point = .
web-money-symbol = { $symbol }{ $number }
web-money-code = { $symbol } { $number }
web-money-negative = −{ $money }
web-percent = { $number } %
web-milliseconds = { $number } ms
web-date-long = { $weekday } { $day } { $month } { $year }
web-date-short = { $day } { $month } { $year }
web-date-month = { $month } { $year }
web-time = { $hour }:{ $minute }
web-time-range = { $start }–{ $end }
web-time-zone = { $time } { $zone }
web-datetime = { $date }, { $time }
web-times-in = Times are shown for { $zone }
web-duration-minutes = { $minutes } min
web-duration-hours = { $hours } h
web-duration-both = { $hours } h { $minutes } min
web-weekday-long-1 = Monday
web-weekday-long-2 = Tuesday
web-weekday-long-3 = Wednesday
web-weekday-long-4 = Thursday
web-weekday-long-5 = Friday
web-weekday-long-6 = Saturday
web-weekday-long-7 = Sunday
web-weekday-short-1 = Mon
web-weekday-short-2 = Tue
web-weekday-short-3 = Wed
web-weekday-short-4 = Thu
web-weekday-short-5 = Fri
web-weekday-short-6 = Sat
web-weekday-short-7 = Sun
web-month-long-1 = January
web-month-long-2 = February
web-month-long-3 = March
web-month-long-4 = April
web-month-long-5 = May
web-month-long-6 = June
web-month-long-7 = July
web-month-long-8 = August
web-month-long-9 = September
web-month-long-10 = October
web-month-long-11 = November
web-month-long-12 = December
web-month-short-1 = Jan
web-month-short-2 = Feb
web-month-short-3 = Mar
web-month-short-4 = Apr
web-month-short-5 = May
web-month-short-6 = Jun
web-month-short-7 = Jul
web-month-short-8 = Aug
web-month-short-9 = Sept
web-month-short-10 = Oct
web-month-short-11 = Nov
web-month-short-12 = Dec

## Words used in many places
web-menu = Open the menu
web-dismiss = Dismiss this message
web-theme-dark = Dark theme
web-user-account = Your account
web-user-menu = Account menu of { $name }
web-sign-in = Sign in
web-sign-out = Sign out
web-save = Save changes
web-done = Done
web-on = On
web-off = Off
web-switch-on = Switch on
web-switch-off = Switch off
web-never = Never
web-total = Total
web-pages = Pages
web-older = Older
web-view-page = View public page
web-operator = Operator
web-nav-main = Main
web-nav-client = Your area
web-nav-studio = Studio
web-nav-operator = Operator
web-nav-my-area = My area

## Forms
web-form-refused = Please check the form
web-form-error-of = { $label }: { $message }
web-field-optional = (optional)
web-field-error = Error:
web-field-name = Name
web-field-email = Email
web-field-phone = Phone
web-field-password = Password
web-error-required = Please fill this in.
web-error-email = Enter an email address like name@example.com.
web-error-too-long = Use at most { $max } characters.
web-error-too-short = Use at least { $min } characters.
web-error-number = Enter a number.
web-error-choice = Choose one of the options.
web-error-date = Enter a date.
web-error-money = Enter an amount like 45.00.

## Error pages
web-error-title = { $status ->
    [s403] Not allowed
    [s404] Not found
    [s409] Changed meanwhile
    [s410] No longer available
    [s422] Not accepted
    [s429] Too many requests
    [s503] Back in a moment
   *[other] Something went wrong
  }
web-error-403-heading = You can’t open this page
web-error-403-text = Your account has no access to it. If you think it should, ask the business to invite you.
web-error-404-heading = We can’t find that page
web-error-404-text = The link may be old or mistyped. The page may also have been taken down.
web-error-409-heading = Someone was faster
web-error-409-text = What you were about to change has changed meanwhile. Go back, reload the page and try once more.
web-error-410-heading = This link has expired
web-error-410-text = It has been used or is too old. You can start again from the home page.
web-error-422-heading = That could not be accepted
web-error-422-text = Something in what was sent is missing or not valid. Go back and check it.
web-error-429-heading = That was a bit fast
web-error-429-text = Too many requests came from your address. Please wait a moment.
web-error-500-heading = Something went wrong on our side
web-error-500-text = Nothing you did caused it, and what you entered before is safe. Please try again in a minute.
web-error-503-heading = We’ll be back in a moment
web-error-503-text = The service is being updated or is very busy. Please try again shortly.
web-error-retry = You can try again in { $seconds } seconds.
web-error-home = Go to the start page
web-error-home-of = Go to { $name }
web-error-request = Quote this number if you contact us:
web-suspended-title = { $name } is not available
web-suspended-text = This business has been paused. If you have a booking or a purchase here, please contact the business directly.

## Start page of the installation
web-home-title = Start
web-home-badge = Your installation is running
web-home-heading = Coaching businesses, each with a page, a calendar and a shop
web-home-text = Open a business below as a visitor would: book an appointment, buy a package, and look at the result in its studio.
web-home-demos = Businesses here
web-home-empty-title = No businesses yet
web-home-empty-text = Businesses appear here once an operator has set them up.
web-home-logins = Demo sign-ins
web-home-logins-text = These accounts exist in development only.
web-home-who = Who
web-home-area = Opens
web-home-more = More

## Public page
web-public-title = { $name }
web-public-book = Book
web-public-buy = Buy
web-public-empty-title = Opening soon
web-public-empty-text = This page is being set up. Please come back in a little while.
web-block-about = About
web-block-links = Links
web-block-faq = Questions and answers
web-block-testimonials = What clients say

## Sign in and register
web-login-title = Sign in
web-login-heading = Welcome back
web-login-at = Sign in to continue at { $name }
web-login-no-account = No account yet?
web-login-register = Create one
web-login-forgot = Forgot your password?
web-login-refused = That email and password do not match an account.
web-register-title = Create an account
web-register-heading = Create your account
web-register-text = One account for every business you book with.
web-register-password-hint = At least 8 characters. A few random words work well.
web-register-submit = Create account
web-register-have-account = Already have an account?

## Studio
web-studio-title = Dashboard
web-studio-hello = Hello, { $name }
web-studio-figures = Key figures
web-studio-todo = Set up your business
web-studio-todo-count = { $done } of { $total }
web-studio-empty-title = Nothing is switched on yet
web-studio-empty-text = Switch on appointments or packages, and this page shows what matters today.
web-studio-empty-action = Choose features
web-tile-trend = compared with last month
web-modules-title = Features
web-modules-text = Switch on what your business offers. Pages, navigation and buttons follow at once.
web-modules-locked = Not in your plan
web-modules-note = Switching a feature off hides it everywhere. Nothing is deleted; switching it on brings everything back.
web-modules-saved = Features saved.

## Client area
web-client-title = My area
web-client-hello = Hello, { $name }
web-client-upcoming = Coming up
web-client-empty-title = Nothing planned yet
web-client-empty-text = What you book or join shows up here, with the time, the place and a way to change it.
web-client-empty-action = Book an appointment

## Development outbox
web-outbox-title = Outbox
web-outbox-text = Mails of this development installation. They are kept here instead of being sent.
web-outbox-subject = Subject
web-outbox-to = To
web-outbox-from = From
web-outbox-business = Business
web-outbox-sent = Written
web-outbox-attachments = Attachments
web-outbox-back = All mails
web-outbox-html = As the reader sees it
web-outbox-plain = Text alternative
web-outbox-empty-title = No mails yet
web-outbox-empty-text = Book an appointment or buy a package, and the confirmation appears here.

## Sandbox payment provider
web-sandbox-title = Sandbox payment
web-sandbox-band = Sandbox: no real money moves
web-sandbox-paying = Payment to { $name }
web-sandbox-choose = How should this payment end?
web-sandbox-text = This page stands in for a payment provider while you try things out. No card is needed.
web-sandbox-pay = Pay
web-sandbox-setup-choose = Save a card: how should it end?
web-sandbox-setup-text = Nothing is taken today.
web-sandbox-setup-save = Save the card
web-sandbox-3ds = Ask for 3-D Secure first
web-sandbox-decline = Decline the card
web-sandbox-later = The card is saved. How should it behave next time?
web-sandbox-later-pays = It pays
web-sandbox-later-declined = It is declined
web-sandbox-later-challenge = It needs 3-D Secure
web-sandbox-cancel = Cancel and go back
web-sandbox-challenge-title = Confirm that it’s you
web-sandbox-challenge-text = A bank would ask for a code or a fingerprint here.
web-sandbox-challenge-ok = Confirm
web-sandbox-challenge-fail = Fail the check

## Automations
web-automations-title = Automations
web-automations-text = Small programs of your own that react to what happens in your business.
web-automations-trigger = Runs on
web-automations-version = Version
web-automations-last = Last run
web-automations-empty-title = No automations yet
web-automations-empty-text = Upload a component built with the SDK. It can react to a booking, a payment or a schedule.
web-automations-upload = Add an automation
web-automations-upload-submit = Upload
web-automations-file = Component
web-automations-file-hint = A WebAssembly component of at most 4 MB, built with the SDK.
web-automations-runs = Recent runs
web-run-title = Run
web-run-automation = Automation
web-run-event = Event
web-run-status = Result
web-run-started = Started
web-run-took = Took
web-run-fuel = Fuel used
web-run-calls = Host calls
web-run-effects = What it did
web-run-log = Log
web-run-log-empty = It wrote nothing.
web-run-input = Input
web-run-back = All automations
web-run-ok = Succeeded
web-run-failed = Failed
web-run-limited = Stopped at a limit
web-run-running = Running
web-runs-empty-title = No runs yet
web-runs-empty-text = Each run appears here with its result, its log and what it used.

## Style page
web-style-title = Style
web-style-text = Every component, in the colours of this business.
web-style-colours = Colours
web-style-buttons = Buttons
web-style-second = Second
web-style-quiet = Quiet
web-style-danger = Cancel booking
web-style-small = Small
web-style-disabled = Not now
web-style-badges = Badges
web-style-messages = Messages
web-style-figures = Figures
web-style-booking = Booking
web-style-step-type = Type
web-style-step-time = Time
web-style-step-details = Details
web-style-duration = Duration
web-style-price = Price
web-style-place = Place
web-style-zone = Time zone
web-style-offers = Offers
web-style-popular = Popular
web-style-forms = Forms
web-style-note = Message
web-style-note-hint = Shown to the coach only.
web-style-select = Kind
web-style-date = Day
web-style-radio = Where
web-style-switch = Send reminders
web-style-checkbox = I accept the terms
web-style-lists = Lists and tables
web-style-tabs = Lists
web-style-states = States
web-style-dialog = Open a dialog
web-style-icons = Icons
